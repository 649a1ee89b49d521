-- What the text means. A byte order mark.
-- says: ssn
﻿SELECT ssn FROM customers
