-- Whether panels overturned more than `percent` of a reviewer's verdicts of a year in a guild, from ten verdicts on: what
-- contributions/queries/panels.py asks of everybody. `subjects` are all linked ids of one person.
CREATE FUNCTION contributions_often_overturned(subjects uuid[], guild uuid, at timestamptz, percent integer) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT count(*) >= 10 AND count(r.overturned_at) * 100 > count(*) * percent
    FROM contributions_review r JOIN contributions_contribution c ON c.id = r.contribution_id
    WHERE r.reviewer_id = ANY(subjects) AND c.guild_id = guild AND r.decided_at > at - interval '365 days'
$$;
REVOKE ALL ON FUNCTION contributions_often_overturned(uuid[], uuid, timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contributions_often_overturned(uuid[], uuid, timestamptz, integer) TO :app_role:;

-- The earned right to review, as reputation wrote it, and now also only for whoever is not often overturned. It is asked last:
-- nearly nobody has the standing.
CREATE OR REPLACE FUNCTION reputation_earned_review(subjects uuid[], guild uuid, at timestamptz) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT EXISTS (
        SELECT FROM guilds_membership m WHERE m.guild_id = guild AND m.subject_id = ANY(subjects) AND m.left_at IS NULL
    ) AND coalesce((
        SELECT CASE WHEN coalesce((
            SELECT sum(a.balance) FROM reputation_account a
            WHERE a.guild_id = guild AND a.subject_id = ANY(subjects) AND a.kind = 'rep'
        ), 0) >= p.review_standing THEN CASE WHEN reputation_standing(subjects, guild, at) >= p.review_standing
            THEN NOT contributions_often_overturned(subjects, guild, at, p.overturn_percent) ELSE false END
        ELSE false END
        FROM guilds_policy p WHERE p.guild_id = guild AND p.effective_at <= at ORDER BY p.version DESC LIMIT 1
    ), false)
$$;
