-- The causes of a job are found by it: their detail ends with ", job 12". Those of polls are none, and not in here.
CREATE INDEX causes_by_job ON causes (substr(detail, instr(detail, ', job '))) WHERE instr(detail, ', job ') > 0;
