DROP FUNCTION reputation_earned_review(uuid[], uuid, timestamptz);
DROP FUNCTION reputation_standing(uuid[], uuid, timestamptz);
