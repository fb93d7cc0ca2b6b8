"""Steps and status rows are appended: the database itself refuses to change them, and to delete them outside the ending."""

from django.db import migrations

GUARD = """
create function certification_is_history() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and current_setting('shouwang.retention', true) = 'on' then
        return old;
    end if;
    raise exception 'rows of % are never edited or deleted: append one that stands before them', tg_table_name
        using errcode = 'restrict_violation', hint = 'Only the ending deletes, with shouwang.retention = on.';
end $$;
create trigger certification_step_is_history before update or delete on certification_step
    for each row execute function certification_is_history();
create trigger certification_status_is_history before update or delete on certification_status
    for each row execute function certification_is_history();
"""

UNGUARD = """
drop trigger certification_status_is_history on certification_status;
drop trigger certification_step_is_history on certification_step;
drop function certification_is_history();
"""


class Migration(migrations.Migration):
    dependencies = [("certification", "0001_initial")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
