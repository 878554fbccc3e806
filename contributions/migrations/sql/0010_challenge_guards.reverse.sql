DROP TRIGGER panel_seat_no_truncate ON contributions_panelseat;
DROP TRIGGER panel_seat_checked ON contributions_panelseat;
DROP FUNCTION contributions_check_seat();
DROP TRIGGER challenge_no_truncate ON contributions_challenge;
DROP TRIGGER challenge_stands ON contributions_challenge;
DROP FUNCTION contributions_challenge_stands();
GRANT DELETE ON contributions_challenge, contributions_panelseat TO :app_role:;
DROP TRIGGER challenge_transition ON contributions_challenge;
DROP TRIGGER contribution_transition ON contributions_contribution;
CREATE TRIGGER contribution_transition BEFORE UPDATE OF state ON contributions_contribution
    FOR EACH ROW EXECUTE FUNCTION core_check_transition(
        'approved>challenged',
        'approved>vested',
        'challenged>reversed',
        'challenged>upheld',
        'draft>submitted',
        'draft>withdrawn',
        'in_review>approved',
        'in_review>rejected',
        'in_review>returned',
        'in_review>submitted',
        'in_review>withdrawn',
        'returned>in_review',
        'returned>submitted',
        'returned>withdrawn',
        'submitted>in_review',
        'submitted>withdrawn',
        'upheld>challenged',
        'upheld>vested',
        'vested>challenged',
        'withdrawn>draft');
CREATE OR REPLACE FUNCTION contributions_credit_stands() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF OLD.points IS NOT NULL
        AND (NEW.points, NEW.minutes_counted, NEW.minutes_credited, NEW.subject_id, NEW.task_id, NEW.guild_id)
            IS DISTINCT FROM
            (OLD.points, OLD.minutes_counted, OLD.minutes_credited, OLD.subject_id, OLD.task_id, OLD.guild_id) THEN
        RAISE EXCEPTION 'The credit of contribution % was written by its approval and stands.', OLD.id
            USING ERRCODE = 'GH005';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION contributions_check_time_entry() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public AS $$
DECLARE work record;
BEGIN
    SELECT subject_id, points INTO work FROM contributions_contribution
        WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.contribution_id ELSE NEW.contribution_id END;
    IF TG_OP = 'UPDATE' AND work.points IS NOT NULL AND NEW.started_at IS NULL AND NEW.ended_at IS NULL
        AND (NEW.id, NEW.contribution_id, NEW.subject_id, NEW.worked_on, NEW.minutes, NEW.counts)
            IS NOT DISTINCT FROM
            (OLD.id, OLD.contribution_id, OLD.subject_id, OLD.worked_on, OLD.minutes, OLD.counts)
        AND EXISTS (SELECT FROM accounts_subject WHERE id = OLD.subject_id AND erased_at IS NOT NULL) THEN
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
