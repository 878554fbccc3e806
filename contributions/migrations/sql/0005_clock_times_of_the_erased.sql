-- The time of credited work stands: its day and its minutes, from which the credit was computed. At what hour somebody
-- sat down is theirs, and goes when they are erased; nothing was computed from it.
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

-- Whoever was erased before this could be said.
UPDATE contributions_timeentry e SET started_at = NULL, ended_at = NULL FROM accounts_subject s
    WHERE s.id = e.subject_id AND s.erased_at IS NOT NULL AND e.started_at IS NOT NULL;
