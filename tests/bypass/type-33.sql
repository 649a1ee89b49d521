-- Types and names as oracles. xid reaches age and friends.
SELECT age('1'::xid)
