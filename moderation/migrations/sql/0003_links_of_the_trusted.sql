-- The events of before have been delivered; this is what `accounts.free_links` would have made of them.
WITH trusted AS (
    SELECT subject_id AS id FROM contributions_contribution WHERE points IS NOT NULL
    UNION SELECT subject_id FROM guilds_grant
    UNION SELECT subject_id FROM accounts_user WHERE is_staff
), people AS (
    SELECT coalesce(l.primary_id, t.id) AS id FROM trusted t LEFT JOIN accounts_subjectlink l ON l.alias_id = t.id
)
UPDATE accounts_subject s SET links_free_at = now()
WHERE s.links_free_at IS NULL AND (
    s.id IN (SELECT id FROM people)
    OR s.id IN (SELECT alias_id FROM accounts_subjectlink WHERE primary_id IN (SELECT id FROM people)));
