-- A function that is not allowed. It sets what filters read.
SELECT set_config('postern.vendor', 'other', false)
