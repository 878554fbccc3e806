-- Standing: REP of the last 365 days, halved by every 180 days, in whole millionths (reputation/rules/standing.py).
-- A reversal weighs what it takes back. `subjects` are all linked ids of one person. Ages count UTC's midnights.
CREATE FUNCTION reputation_standing(subjects uuid[], guild uuid, at timestamptz) RETURNS integer
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT greatest(0, floor(coalesce(sum(day.amount * round(1000000 * power(0.5::numeric, day.age / 180.0))), 0) / 1000000))::integer
    FROM (
        SELECT (at AT TIME ZONE 'UTC')::date - (coalesce(o.effective_at, t.effective_at) AT TIME ZONE 'UTC')::date AS age,
            sum(e.amount) AS amount
        FROM reputation_account a
        JOIN reputation_entry e ON e.account_id = a.id
        JOIN reputation_transfer t ON t.id = e.transfer_id
        LEFT JOIN reputation_transfer o ON o.id = t.reverses_id
        WHERE a.guild_id = guild AND a.subject_id = ANY(subjects) AND a.kind = 'rep' AND t.effective_at <= at
        GROUP BY 1
    ) day
    WHERE day.age BETWEEN 0 AND 364
$$;

-- Whether a person's standing lets them review: a live member whose standing reaches what the guild's policy asks. Standing is never
-- above the balance of REP, so for nearly everybody the balance answers and no history is read.
CREATE FUNCTION reputation_earned_review(subjects uuid[], guild uuid, at timestamptz) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT EXISTS (
        SELECT FROM guilds_membership m WHERE m.guild_id = guild AND m.subject_id = ANY(subjects) AND m.left_at IS NULL
    ) AND coalesce((
        SELECT CASE WHEN coalesce((
            SELECT sum(a.balance) FROM reputation_account a
            WHERE a.guild_id = guild AND a.subject_id = ANY(subjects) AND a.kind = 'rep'
        ), 0) >= p.review_standing THEN reputation_standing(subjects, guild, at) >= p.review_standing ELSE false END
        FROM guilds_policy p WHERE p.guild_id = guild AND p.effective_at <= at ORDER BY p.version DESC LIMIT 1
    ), false)
$$;

REVOKE ALL ON FUNCTION reputation_standing(uuid[], uuid, timestamptz) FROM PUBLIC;
REVOKE ALL ON FUNCTION reputation_earned_review(uuid[], uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reputation_standing(uuid[], uuid, timestamptz) TO :app_role:;
GRANT EXECUTE ON FUNCTION reputation_earned_review(uuid[], uuid, timestamptz) TO :app_role:;
