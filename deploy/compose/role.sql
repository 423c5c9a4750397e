-- Run once in the database legacy, as its administrator; running it again changes nothing.
do $$ begin
    if not exists (select from pg_catalog.pg_roles where rolname = 'drawbridge') then
        create role "drawbridge" login;
    end if;
end $$;
-- Its password, which stands in no script:  \password "drawbridge"
grant connect on database "legacy" to "drawbridge";
grant select ("email", "full_name", "id", "is_active", "password", "plan", "username") on "shop_users" to "drawbridge";
do $$ declare t regclass; begin
    foreach t in array array['"shop_users"']::regclass[] loop
        if (select relrowsecurity from pg_catalog.pg_class where oid = t) and not exists (select from pg_catalog.pg_policy where polrelid = t and polname = 'drawbridge_reads') then
            execute format('create policy drawbridge_reads on %s for select to %I using (true)', t, 'drawbridge');
        end if;
    end loop;
end $$;

-- The ledger.
create table if not exists drawbridge_migrated_users (
    user_id varchar(255) primary key,
    migrated_at timestamp(6) not null,
    marked_by varchar(255) not null
);
grant select, insert on "drawbridge_migrated_users" to "drawbridge";

-- When the migration is over, this takes everything away again, marks included:
-- drop policy if exists drawbridge_reads on "shop_users";
-- revoke all on "shop_users" from "drawbridge";
-- drop table if exists "drawbridge_migrated_users";
-- revoke connect on database "legacy" from "drawbridge";
-- drop role if exists "drawbridge";
