-- A kind of statement. CHECKPOINT.
CHECKPOINT
