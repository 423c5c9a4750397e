-- server: postgres
-- source: strapi/strapi, packages/plugins/users-permissions/server/content-types/user; what the schema sync of 5 adds from memory
-- identifier: Ada@Example.com
-- identifier: ADA_L
-- disabled: grace@example.com
-- password: S3cret-Pass
create table up_users (
  id serial constraint up_users_pkey primary key, document_id character varying(255), username character varying(255),
  email character varying(255), provider character varying(255), password character varying(255),
  reset_password_token character varying(255), confirmation_token character varying(255), confirmed boolean,
  blocked boolean, created_at timestamp(6) without time zone, updated_at timestamp(6) without time zone,
  published_at timestamp(6) without time zone, created_by_id integer, updated_by_id integer, locale character varying(255));
create index up_users_created_by_id_fk on up_users (created_by_id);
create index up_users_documents_idx on up_users (document_id, locale, published_at);
create index up_users_updated_by_id_fk on up_users (updated_by_id);
create table up_roles (
  id serial constraint up_roles_pkey primary key, document_id character varying(255), name character varying(255),
  description character varying(255), type character varying(255), created_at timestamp(6) without time zone,
  updated_at timestamp(6) without time zone, published_at timestamp(6) without time zone, created_by_id integer,
  updated_by_id integer, locale character varying(255));
create index up_roles_documents_idx on up_roles (document_id, locale, published_at);
create table up_users_role_lnk (
  id serial constraint up_users_role_lnk_pkey primary key,
  user_id integer constraint up_users_role_lnk_fk references up_users (id) on delete cascade,
  role_id integer constraint up_users_role_lnk_ifk references up_roles (id) on delete cascade,
  user_ord double precision, constraint up_users_role_lnk_uq unique (user_id, role_id));
create index up_users_role_lnk_fk on up_users_role_lnk (user_id);
create index up_users_role_lnk_ifk on up_users_role_lnk (role_id);
create index up_users_role_lnk_oifk on up_users_role_lnk (user_ord);
insert into up_users (document_id, username, email, provider, password, confirmed, blocked, created_at, updated_at, published_at) values
  ('hzq2m1w8a0b3c4d5e6f7g8h9', 'Ada_L', 'ada@example.com', 'local',
   '$2a$10$5dSmuNU5QHRjycbg1C7ydOf.0JqcCV.HnvCMMvDpdzRbFPWI6yf3m', true, false, '2024-10-01', '2024-10-01', '2024-10-01'),
  ('hzq2m1w8a0b3c4d5e6f7g8i0', 'grace', 'grace@example.com', 'local',
   '$2a$10$5dSmuNU5QHRjycbg1C7ydOf.0JqcCV.HnvCMMvDpdzRbFPWI6yf3m', true, true, '2024-10-01', '2024-10-01', '2024-10-01'),
  ('hzq2m1w8a0b3c4d5e6f7g8i1', 'joan', 'joan@example.org', 'github', null, null, null, '2024-10-01', '2024-10-01', '2024-10-01');
insert into up_roles (document_id, name, description, type, created_at, updated_at, published_at) values
  ('r1q2m1w8a0b3c4d5e6f7g8h9', 'Authenticated', 'Default role given to authenticated user.', 'authenticated', '2024-10-01', '2024-10-01', '2024-10-01'),
  ('r1q2m1w8a0b3c4d5e6f7g8i0', 'Public', 'Default role given to unauthenticated user.', 'public', '2024-10-01', '2024-10-01', '2024-10-01');
insert into up_users_role_lnk (user_id, role_id, user_ord) values (1, 1, 1), (2, 1, 2), (3, 1, 3);
