-- server: postgres
-- source: heartcombo/devise 4, lib/generators/active_record/devise_generator.rb with trackable, confirmable and lockable
-- identifier: Ada@Example.com
-- password: S3cret-Pass
create table users (
  id bigserial primary key, email character varying default '' not null,
  encrypted_password character varying default '' not null, reset_password_token character varying,
  reset_password_sent_at timestamp(6) without time zone, remember_created_at timestamp(6) without time zone,
  sign_in_count integer default 0 not null, current_sign_in_at timestamp(6) without time zone,
  last_sign_in_at timestamp(6) without time zone, current_sign_in_ip inet, last_sign_in_ip inet,
  confirmation_token character varying, confirmed_at timestamp(6) without time zone,
  confirmation_sent_at timestamp(6) without time zone, unconfirmed_email character varying,
  failed_attempts integer default 0 not null, unlock_token character varying, locked_at timestamp(6) without time zone,
  created_at timestamp(6) without time zone not null, updated_at timestamp(6) without time zone not null);
create unique index index_users_on_email on users (email);
create unique index index_users_on_reset_password_token on users (reset_password_token);
create unique index index_users_on_confirmation_token on users (confirmation_token);
create unique index index_users_on_unlock_token on users (unlock_token);
insert into users (email, encrypted_password, sign_in_count, confirmed_at, created_at, updated_at) values
  ('ada@example.com', '$2a$10$5dSmuNU5QHRjycbg1C7ydOf.0JqcCV.HnvCMMvDpdzRbFPWI6yf3m', 3, '2020-01-01', '2020-01-01', '2020-01-01'),
  ('grace@example.com', '$2a$10$5dSmuNU5QHRjycbg1C7ydOf.0JqcCV.HnvCMMvDpdzRbFPWI6yf3m', 0, null, '2020-01-01', '2020-01-01'),
  ('joan@example.org', '', 0, null, '2020-01-01', '2020-01-01');
