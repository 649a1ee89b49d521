-- A hidden relation. A sequence is a relation.
SELECT last_value FROM crm.customers_id_seq
