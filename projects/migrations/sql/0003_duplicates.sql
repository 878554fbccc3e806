-- A duplicate found to be none goes back to where it was; a duplicate repeats a problem of its own guild that is none
-- itself, and what others repeat is no duplicate, so every duplicate leads to its original in one step.
DROP TRIGGER problem_transition ON projects_problem;
CREATE TRIGGER problem_transition BEFORE UPDATE OF state ON projects_problem
    FOR EACH ROW EXECUTE FUNCTION core_check_transition(
        'accepted>duplicate',
        'accepted>in_project',
        'accepted>parked',
        'draft>submitted',
        'duplicate>accepted',
        'duplicate>submitted',
        'in_project>accepted',
        'in_project>parked',
        'in_project>piloting',
        'parked>accepted',
        'parked>in_project',
        'parked>submitted',
        'piloting>in_project',
        'piloting>solved',
        'submitted>accepted',
        'submitted>draft',
        'submitted>duplicate',
        'submitted>parked',
        'submitted>rejected');

CREATE FUNCTION projects_check_duplicate() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE found record;
BEGIN
    SELECT state, guild_id INTO found FROM projects_problem WHERE id = NEW.duplicate_of_id FOR SHARE;
    IF found.guild_id IS DISTINCT FROM NEW.guild_id THEN
        RAISE EXCEPTION 'A problem repeats one of its own guild.' USING ERRCODE = 'GH008';
    END IF;
    IF found.state = 'duplicate' OR EXISTS (SELECT FROM projects_problem WHERE duplicate_of_id = NEW.id) THEN
        RAISE EXCEPTION 'A duplicate repeats a problem that is no duplicate itself.' USING ERRCODE = 'GH008';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER problem_repeats_an_original BEFORE INSERT OR UPDATE OF duplicate_of_id ON projects_problem
    FOR EACH ROW WHEN (NEW.duplicate_of_id IS NOT NULL) EXECUTE FUNCTION projects_check_duplicate();
