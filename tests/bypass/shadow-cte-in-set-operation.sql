-- A CTE of one arm is not there in the other.
-- says: vault
(WITH vault AS (SELECT 1) TABLE vault) UNION ALL TABLE vault
