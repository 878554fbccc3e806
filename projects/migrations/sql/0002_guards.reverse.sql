DROP TRIGGER task_fixed_at_publication ON projects_task;
DROP FUNCTION projects_check_task_fixed();
DROP TRIGGER project_answers_accepted_problem ON projects_project;
DROP FUNCTION projects_check_problem();
DROP TRIGGER task_transition ON projects_task;
DROP TRIGGER project_transition ON projects_project;
DROP TRIGGER problem_transition ON projects_problem;
