-- tableoid names partitions.
SELECT tableoid::regclass FROM web.visits
