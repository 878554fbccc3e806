-- Contributions follow their declared steps; a day holds sixteen hours; nobody reviews their own work, under
-- whichever name; a verdict's numbers stand.
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

-- The credit of an approval is written once.
CREATE FUNCTION contributions_credit_stands() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
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
CREATE TRIGGER contribution_credit_stands BEFORE UPDATE ON contributions_contribution
    FOR EACH ROW EXECUTE FUNCTION contributions_credit_stands();

-- WorkDay is kept by this trigger alone: the login of web and worker may only read it.
CREATE FUNCTION contributions_keep_work_day() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public AS $$
BEGIN
    IF TG_OP IN ('UPDATE', 'DELETE') AND OLD.counts THEN
        UPDATE contributions_workday SET minutes = minutes - OLD.minutes
            WHERE subject_id = OLD.subject_id AND worked_on = OLD.worked_on;
    END IF;
    IF TG_OP IN ('INSERT', 'UPDATE') AND NEW.counts THEN
        INSERT INTO contributions_workday (subject_id, worked_on, minutes)
            VALUES (NEW.subject_id, NEW.worked_on, NEW.minutes)
            ON CONFLICT (subject_id, worked_on)
            DO UPDATE SET minutes = contributions_workday.minutes + EXCLUDED.minutes;
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION contributions_keep_work_day() FROM PUBLIC;
CREATE TRIGGER time_entry_keeps_work_day AFTER INSERT OR DELETE OR UPDATE OF counts, minutes, worked_on, subject_id
    ON contributions_timeentry FOR EACH ROW EXECUTE FUNCTION contributions_keep_work_day();
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON contributions_workday FROM :app_role:;

-- An entry belongs to the person of its contribution, its clock times span its minutes, and the time of
-- credited work stands.
CREATE FUNCTION contributions_check_time_entry() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public AS $$
DECLARE work record;
BEGIN
    SELECT subject_id, points INTO work FROM contributions_contribution
        WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.contribution_id ELSE NEW.contribution_id END;
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
CREATE TRIGGER time_entry_checked BEFORE INSERT OR UPDATE OR DELETE ON contributions_timeentry
    FOR EACH ROW EXECUTE FUNCTION contributions_check_time_entry();

-- A verdict names the person of its contribution, and its reviewer is not that person under any linked id.
CREATE FUNCTION contributions_check_review() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
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
CREATE TRIGGER review_checked BEFORE INSERT OR UPDATE OR DELETE ON contributions_review
    FOR EACH ROW EXECUTE FUNCTION contributions_check_review();
CREATE TRIGGER review_no_truncate BEFORE TRUNCATE ON contributions_review
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
REVOKE DELETE, TRUNCATE ON contributions_review FROM :app_role:;
