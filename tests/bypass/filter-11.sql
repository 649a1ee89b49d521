-- Reaching behind a row filter. A vendor's own filter variable.
SELECT current_setting('postern.vendor'), id FROM visits
