CREATE OR REPLACE FUNCTION reputation_earned_review(subjects uuid[], guild uuid, at timestamptz) RETURNS boolean
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
DROP FUNCTION contributions_often_overturned(uuid[], uuid, timestamptz, integer);
