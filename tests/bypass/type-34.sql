-- Types and names as oracles. aclitem looks roles up.
SELECT 'postgres=r/postgres'::aclitem
