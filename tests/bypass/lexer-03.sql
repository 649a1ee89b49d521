-- What the text means. Quotes in quotes must come out as they went in.
SELECT 'it''''s; DROP TABLE orders; --'
