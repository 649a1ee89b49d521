-- Reaching behind a row filter. A time zone that shifts the filter.
SELECT seen_at AT TIME ZONE '-167' FROM visits
