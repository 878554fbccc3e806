-- Back to credited time that stands whole.
CREATE OR REPLACE FUNCTION contributions_check_time_entry() RETURNS trigger LANGUAGE plpgsql
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
