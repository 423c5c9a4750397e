-- server: postgres
-- source: supabase/auth, migrations/*.up.sql up to 20260625000000
-- identifier: Ada@Example.com
-- disabled: grace@example.com
-- password: S3cret-Pass
create schema auth;
create table auth.users (
  instance_id uuid, id uuid not null constraint users_pkey primary key, aud character varying(255),
  role character varying(255), email character varying(255), encrypted_password character varying(255),
  email_confirmed_at timestamp with time zone, invited_at timestamp with time zone,
  confirmation_token character varying(255), confirmation_sent_at timestamp with time zone,
  recovery_token character varying(255), recovery_sent_at timestamp with time zone,
  email_change_token_new character varying(255), email_change character varying(255),
  email_change_sent_at timestamp with time zone, last_sign_in_at timestamp with time zone, raw_app_meta_data jsonb,
  raw_user_meta_data jsonb, is_super_admin boolean, created_at timestamp with time zone,
  updated_at timestamp with time zone, phone text default null constraint users_phone_key unique,
  phone_confirmed_at timestamp with time zone, phone_change text default '',
  phone_change_token character varying(255) default '', phone_change_sent_at timestamp with time zone,
  confirmed_at timestamp with time zone generated always as (least(email_confirmed_at, phone_confirmed_at)) stored,
  email_change_token_current character varying(255) default '', email_change_confirm_status smallint default 0
    constraint users_email_change_confirm_status_check check (email_change_confirm_status between 0 and 2),
  banned_until timestamp with time zone, reauthentication_token character varying(255) default '',
  reauthentication_sent_at timestamp with time zone, is_sso_user boolean default false not null,
  deleted_at timestamp with time zone, is_anonymous boolean default false not null);
create unique index confirmation_token_idx on auth.users (confirmation_token) where confirmation_token !~ '^[0-9 ]*$';
create unique index email_change_token_current_idx on auth.users (email_change_token_current)
  where email_change_token_current !~ '^[0-9 ]*$';
create unique index email_change_token_new_idx on auth.users (email_change_token_new) where email_change_token_new !~ '^[0-9 ]*$';
create unique index reauthentication_token_idx on auth.users (reauthentication_token) where reauthentication_token !~ '^[0-9 ]*$';
create unique index recovery_token_idx on auth.users (recovery_token) where recovery_token !~ '^[0-9 ]*$';
create unique index users_email_partial_key on auth.users (email) where is_sso_user = false;
create index users_instance_id_email_idx on auth.users (instance_id, lower((email)::text));
create index users_instance_id_idx on auth.users (instance_id);
create index users_is_anonymous_idx on auth.users (is_anonymous);
alter table auth.users enable row level security;
insert into auth.users (instance_id, id, aud, role, email, encrypted_password, email_confirmed_at, raw_app_meta_data,
    raw_user_meta_data, phone, phone_confirmed_at, banned_until, is_sso_user, deleted_at, confirmation_token, recovery_token,
    email_change_token_new, email_change, created_at, updated_at) values
  ('00000000-0000-0000-0000-000000000000', '0b6cf4c2-7a53-4a0e-8f5c-6d7b30aa0001', 'authenticated', 'authenticated',
   'ada@example.com', '$2a$10$5dSmuNU5QHRjycbg1C7ydOf.0JqcCV.HnvCMMvDpdzRbFPWI6yf3m', '2023-01-01',
   '{"provider": "email", "providers": ["email"], "role": "editor"}', '{"full_name": "Ada Lovelace"}', '14155550101',
   '2023-01-01', '2023-02-01', false, null, '', '', '', '', '2023-01-01', '2023-01-01'),
  ('00000000-0000-0000-0000-000000000000', '0b6cf4c2-7a53-4a0e-8f5c-6d7b30aa0002', 'authenticated', 'authenticated',
   'grace@example.com', '$2a$10$5dSmuNU5QHRjycbg1C7ydOf.0JqcCV.HnvCMMvDpdzRbFPWI6yf3m', '2023-01-01',
   '{"provider": "email", "providers": ["email"]}', '{}', null, null, '3023-01-01', false, null, '', '', '', '',
   '2023-01-01', '2023-01-01'),
  -- The same address of an SSO provider, and one who was deleted softly.
  ('00000000-0000-0000-0000-000000000000', '0b6cf4c2-7a53-4a0e-8f5c-6d7b30aa0003', 'authenticated', 'authenticated',
   'ada@example.com', null, '2023-01-01', '{"provider": "sso:0b6cf4c2-7a53-4a0e-8f5c-6d7b30aa0009"}', '{}', null, null, null,
   true, null, '', '', '', '', '2023-01-01', '2023-01-01'),
  ('00000000-0000-0000-0000-000000000000', '0b6cf4c2-7a53-4a0e-8f5c-6d7b30aa0004', 'authenticated', 'authenticated',
   'joan@example.org', '', null, '{}', '{}', null, null, null, false, '2023-03-01', '', '', '', '', '2023-01-01', '2023-01-01');
