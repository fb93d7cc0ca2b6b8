"""What the database itself holds about places: paths that follow parents, closures that are appended, one entrance."""

from django.db import migrations

PATHS = """
alter table areas_area add constraint area_code_makes_paths check (code ~ '^[0-9A-Za-z_.-]+$');
alter table areas_area add constraint area_path_ends_with_code check (right(path, length(code) + 2) in ('/' || code || '/', code || '/'));
alter table areas_area add constraint area_level_known check
    (level in ('city', 'district', 'street', 'community', 'village', 'compound', 'building', 'unit'));

create function area_path_follows_parent() returns trigger language plpgsql as $$
declare
    present areas_area;
    above text := '';
begin
    -- Read anew: by the end of the transaction the row may have changed again, or be gone. In small steps by key, since
    -- a join is planned badly in the moments after a first import, when the database knows nothing of the table yet.
    select * into present from areas_area where id = new.id;
    if not found then
        return null;
    end if;
    if present.parent_id is not null then
        select path into above from areas_area where id = present.parent_id;
    end if;
    if present.path <> above || present.code || '/' then
        raise exception 'the path of area % does not follow its parent', new.code using errcode = 'check_violation';
    end if;
    -- A new row has no children that do not check themselves.
    if tg_op = 'UPDATE' and exists (
        select from areas_area where parent_id = new.id and path <> present.path || code || '/'
    ) then
        raise exception 'units under area % do not follow its path', new.code using errcode = 'check_violation';
    end if;
    return null;
end $$;
-- At the end of the transaction, since a move rewrites parents and children one after the other.
create constraint trigger area_path_follows_parent after insert or update of path, parent_id, code on areas_area
    deferrable initially deferred for each row execute function area_path_follows_parent();
"""

CLOSURES = """
create function area_last_closure(wanted bigint) returns boolean language sql stable as $$
    select coalesce(
        (select state = 'closed' from areas_closurestatus where area_id = wanted order by since desc, id desc limit 1),
        false)
$$;

create function entrance_knows_closure() returns trigger language plpgsql as $$
begin
    -- The compound is held, so that an entrance and a closure written at the same time see each other.
    perform from areas_area where id = new.area_id for no key update;
    new.compound_closed := area_last_closure(new.area_id);
    return new;
end $$;
create trigger entrance_knows_closure before insert or update on areas_entrance
    for each row execute function entrance_knows_closure();

create function closure_reaches_entrances() returns trigger language plpgsql as $$
begin
    perform from areas_area where id = new.area_id for no key update;
    -- Fails by closed_compound_has_one_open_entrance when two are open: bar the others first.
    update areas_entrance set compound_closed = area_last_closure(new.area_id)
        where area_id = new.area_id and compound_closed is distinct from area_last_closure(new.area_id);
    return null;
end $$;
create trigger closure_reaches_entrances after insert on areas_closurestatus
    for each row execute function closure_reaches_entrances();

create function area_history_is_appended() returns trigger language plpgsql as $$
begin
    raise exception '% holds history: rows are added, never changed or deleted', tg_table_name
        using errcode = 'restrict_violation';
end $$;
create trigger area_history_is_appended before update or delete on areas_closurestatus
    for each row execute function area_history_is_appended();
create trigger area_history_is_appended before update or delete on areas_entrancestatus
    for each row execute function area_history_is_appended();
create trigger area_history_is_appended before update or delete on areas_succession
    for each row execute function area_history_is_appended();
"""

UNDO = """
drop trigger area_history_is_appended on areas_succession;
drop trigger area_history_is_appended on areas_entrancestatus;
drop trigger area_history_is_appended on areas_closurestatus;
drop function area_history_is_appended();
drop trigger closure_reaches_entrances on areas_closurestatus;
drop function closure_reaches_entrances();
drop trigger entrance_knows_closure on areas_entrance;
drop function entrance_knows_closure();
drop function area_last_closure(bigint);
drop trigger area_path_follows_parent on areas_area;
drop function area_path_follows_parent();
alter table areas_area drop constraint area_level_known;
alter table areas_area drop constraint area_path_ends_with_code;
alter table areas_area drop constraint area_code_makes_paths;
"""


class Migration(migrations.Migration):
    dependencies = [("areas", "0001_initial")]
    operations = [migrations.RunSQL(PATHS + CLOSURES, UNDO)]
