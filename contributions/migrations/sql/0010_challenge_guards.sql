-- A verdict is overturned by a panel alone: its credit changes there and nowhere else, and nobody sits on a case of their own.

DROP TRIGGER contribution_transition ON contributions_contribution;
CREATE TRIGGER contribution_transition BEFORE UPDATE OF state ON contributions_contribution
    FOR EACH ROW EXECUTE FUNCTION core_check_transition(
        'approved>challenged',
        'approved>vested',
        'challenged>approved',
        'challenged>reversed',
        'challenged>upheld',
        'draft>submitted',
        'draft>withdrawn',
        'in_review>approved',
        'in_review>rejected',
        'in_review>returned',
        'in_review>submitted',
        'in_review>withdrawn',
        'rejected>approved',
        'returned>in_review',
        'returned>submitted',
        'returned>withdrawn',
        'submitted>in_review',
        'submitted>withdrawn',
        'upheld>vested',
        'vested>challenged',
        'withdrawn>draft');

CREATE TRIGGER challenge_transition BEFORE UPDATE OF state ON contributions_challenge
    FOR EACH ROW EXECUTE FUNCTION core_check_transition(
        'drawn>overturned',
        'drawn>upheld',
        'opened>seeded',
        'seeded>drawn');

-- The credit of an approval is written once, and anew by the panel that approves otherwise.
CREATE OR REPLACE FUNCTION contributions_credit_stands() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public AS $$
BEGIN
    IF OLD.points IS NOT NULL
        AND (NEW.points, NEW.minutes_counted, NEW.minutes_credited, NEW.subject_id, NEW.task_id, NEW.guild_id)
            IS DISTINCT FROM
            (OLD.points, OLD.minutes_counted, OLD.minutes_credited, OLD.subject_id, OLD.task_id, OLD.guild_id)
        AND NOT (OLD.state = 'challenged' AND NEW.state = 'approved'
            AND (NEW.subject_id, NEW.task_id, NEW.guild_id) = (OLD.subject_id, OLD.task_id, OLD.guild_id)
            AND EXISTS (SELECT FROM public.contributions_challenge c WHERE c.contribution_id = OLD.id AND c.state = 'drawn')) THEN
        RAISE EXCEPTION 'The credit of contribution % was written by its approval and stands.', OLD.id
            USING ERRCODE = 'GH005';
    END IF;
    IF NEW.state = 'approved' AND OLD.state IN ('challenged', 'rejected')
        AND NOT EXISTS (SELECT FROM public.contributions_challenge c WHERE c.contribution_id = OLD.id AND c.state = 'drawn') THEN
        RAISE EXCEPTION 'Contribution % is approved anew by a panel only.', OLD.id USING ERRCODE = 'GH006';
    END IF;
    RETURN NEW;
END $$;

-- The time of credited work stands; only whether it counts against the day ends, when all of it is taken back.
CREATE OR REPLACE FUNCTION contributions_check_time_entry() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public AS $$
DECLARE work record;
BEGIN
    SELECT subject_id, points, state INTO work FROM contributions_contribution
        WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.contribution_id ELSE NEW.contribution_id END;
    IF TG_OP = 'UPDATE' AND work.points IS NOT NULL AND NEW.started_at IS NULL AND NEW.ended_at IS NULL
        AND (NEW.id, NEW.contribution_id, NEW.subject_id, NEW.worked_on, NEW.minutes, NEW.counts)
            IS NOT DISTINCT FROM
            (OLD.id, OLD.contribution_id, OLD.subject_id, OLD.worked_on, OLD.minutes, OLD.counts)
        AND EXISTS (SELECT FROM accounts_subject WHERE id = OLD.subject_id AND erased_at IS NOT NULL) THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND work.state = 'reversed' AND OLD.counts AND NOT NEW.counts
        AND (to_jsonb(NEW) - 'counts') = (to_jsonb(OLD) - 'counts') THEN
        RETURN NEW;
    END IF;
    IF TG_OP <> 'INSERT' AND work.points IS NOT NULL THEN
        RAISE EXCEPTION 'The time of credited contribution % stands.', OLD.contribution_id USING ERRCODE = 'GH005';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF work.subject_id IS DISTINCT FROM NEW.subject_id THEN
        RAISE EXCEPTION 'A time entry belongs to the person of its contribution.' USING ERRCODE = 'GH006';
    END IF;
    IF NEW.started_at IS NOT NULL AND extract(epoch FROM NEW.ended_at - NEW.started_at) <> NEW.minutes * 60 THEN
        RAISE EXCEPTION 'Clock times must span the minutes of the entry.' USING ERRCODE = 'GH006';
    END IF;
    RETURN NEW;
END $$;

-- A verdict names the person of its contribution, and its reviewer is not that person under any linked id. Overturned once,
-- it stays so.
CREATE OR REPLACE FUNCTION contributions_check_review() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE author uuid;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'Verdict % stands; a mistake is corrected by a challenge.', OLD.id USING ERRCODE = 'GH005';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.contribution_id, NEW.contributor_id, NEW.reviewer_id, NEW.basis, NEW.verdict, NEW.rubric,
                NEW.minutes_approved, NEW.policy_version, NEW.points_paid, NEW.taken_at, NEW.decided_at)
            IS DISTINCT FROM
            (OLD.contribution_id, OLD.contributor_id, OLD.reviewer_id, OLD.basis, OLD.verdict, OLD.rubric,
                OLD.minutes_approved, OLD.policy_version, OLD.points_paid, OLD.taken_at, OLD.decided_at) THEN
            RAISE EXCEPTION 'The numbers of verdict % stand.', OLD.id USING ERRCODE = 'GH005';
        END IF;
        IF OLD.overturned_at IS NOT NULL AND NEW.overturned_at IS DISTINCT FROM OLD.overturned_at THEN
            RAISE EXCEPTION 'Verdict % was overturned, and stays so.', OLD.id USING ERRCODE = 'GH005';
        END IF;
        RETURN NEW;
    END IF;
    SELECT subject_id INTO author FROM contributions_contribution WHERE id = NEW.contribution_id;
    IF author IS DISTINCT FROM NEW.contributor_id THEN
        RAISE EXCEPTION 'A verdict names the person of its contribution.' USING ERRCODE = 'GH006';
    END IF;
    IF NEW.reviewer_id IS NOT NULL
        AND coalesce((SELECT primary_id FROM accounts_subjectlink WHERE alias_id = NEW.reviewer_id), NEW.reviewer_id)
          = coalesce((SELECT primary_id FROM accounts_subjectlink WHERE alias_id = author), author) THEN
        RAISE EXCEPTION 'Nobody reviews their own work.' USING ERRCODE = 'GH007';
    END IF;
    RETURN NEW;
END $$;

-- What is disputed, by whom, and the lot: they stand. Its words may be hidden, or go with their author.
CREATE FUNCTION contributions_challenge_stands() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'Challenge % stands.', OLD.id USING ERRCODE = 'GH005';
    END IF;
    IF (NEW.contribution_id, NEW.review_id, NEW.guild_id, NEW.kind, NEW.raised_by_id, NEW.opened_at, NEW.points_before,
            NEW.minutes_before)
        IS DISTINCT FROM
        (OLD.contribution_id, OLD.review_id, OLD.guild_id, OLD.kind, OLD.raised_by_id, OLD.opened_at, OLD.points_before,
            OLD.minutes_before)
        OR (OLD.seed <> '' AND (NEW.seed, NEW.seed_size, NEW.seeded_at) IS DISTINCT FROM (OLD.seed, OLD.seed_size, OLD.seeded_at))
        OR (OLD.decided_at IS NOT NULL AND (NEW.state, NEW.decided_at, NEW.new_review_id)
            IS DISTINCT FROM (OLD.state, OLD.decided_at, OLD.new_review_id)) THEN
        RAISE EXCEPTION 'What challenge % is about, its lot and its decision stand.', OLD.id USING ERRCODE = 'GH005';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER challenge_stands BEFORE UPDATE OR DELETE ON contributions_challenge
    FOR EACH ROW EXECUTE FUNCTION contributions_challenge_stands();
CREATE TRIGGER challenge_no_truncate BEFORE TRUNCATE ON contributions_challenge
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();

-- Nobody sits on a case of their own, under whichever name; and a vote stands.
CREATE FUNCTION contributions_check_seat() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'Seat % stands.', OLD.id USING ERRCODE = 'GH005';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.challenge_id, NEW.subject_id, NEW.place, NEW.asked_at)
            IS DISTINCT FROM (OLD.challenge_id, OLD.subject_id, OLD.place, OLD.asked_at)
            OR (OLD.state <> 'asked' AND (NEW.state, NEW.vote, NEW.rubric, NEW.minutes, NEW.answered_at)
                IS DISTINCT FROM (OLD.state, OLD.vote, OLD.rubric, OLD.minutes, OLD.answered_at)) THEN
            RAISE EXCEPTION 'A seat and its vote stand.' USING ERRCODE = 'GH005';
        END IF;
        RETURN NEW;
    END IF;
    IF EXISTS (
        SELECT FROM contributions_challenge c
        JOIN contributions_contribution w ON w.id = c.contribution_id JOIN contributions_review r ON r.id = c.review_id
        CROSS JOIN LATERAL (VALUES (c.raised_by_id), (w.subject_id), (r.reviewer_id)) AS party (id)
        WHERE c.id = NEW.challenge_id
            AND coalesce((SELECT primary_id FROM accounts_subjectlink WHERE alias_id = party.id), party.id)
              = coalesce((SELECT primary_id FROM accounts_subjectlink WHERE alias_id = NEW.subject_id), NEW.subject_id)
    ) THEN
        RAISE EXCEPTION 'Nobody sits on a case of their own.' USING ERRCODE = 'GH007';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER panel_seat_checked BEFORE INSERT OR UPDATE OR DELETE ON contributions_panelseat
    FOR EACH ROW EXECUTE FUNCTION contributions_check_seat();
CREATE TRIGGER panel_seat_no_truncate BEFORE TRUNCATE ON contributions_panelseat
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
REVOKE DELETE, TRUNCATE ON contributions_challenge, contributions_panelseat FROM :app_role:;
