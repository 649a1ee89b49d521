-- System catalogs. Enum labels of hidden types.
SELECT enumlabel FROM pg_enum
