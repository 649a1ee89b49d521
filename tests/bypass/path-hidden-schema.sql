-- A path through a hidden schema finds nothing there.
-- search_path: hr
-- says: salaries
SELECT * FROM salaries
