-- server: postgres
-- source: odoo/odoo, odoo/addons/base/data/base_data.sql; the columns that the models of 17.0 (with mail) add from memory
-- identifier: ada@example.com
-- disabled: grace@example.com
-- password: password
create table res_company (id serial primary key, name character varying not null constraint res_company_name_uniq unique, partner_id integer not null);
create table res_partner (
  id serial primary key, company_id integer, create_date timestamp without time zone, name character varying,
  title integer, parent_id integer, user_id integer, state_id integer, country_id integer, industry_id integer,
  color integer, commercial_partner_id integer, create_uid integer, write_uid integer,
  complete_name character varying, ref character varying, lang character varying, tz character varying,
  vat character varying, company_registry character varying, website character varying, function character varying,
  type character varying, street character varying, street2 character varying, zip character varying,
  city character varying, email character varying, phone character varying, mobile character varying,
  commercial_company_name character varying, company_name character varying, date date, comment text,
  partner_latitude numeric, partner_longitude numeric, active boolean, employee boolean, is_company boolean,
  partner_share boolean, write_date timestamp without time zone, message_bounce integer,
  email_normalized character varying, signup_type character varying, signup_expiration timestamp without time zone,
  signup_token character varying,
  constraint res_partner_check_name check (type = 'contact' and name is not null or type <> 'contact'));
create index res_partner__company_id_index on res_partner (company_id);
create index res_partner__complete_name_index on res_partner (complete_name);
create index res_partner__name_index on res_partner (name);
create index res_partner__parent_id_index on res_partner (parent_id);
create index res_partner__ref_index on res_partner (ref);
create index res_partner__vat_index on res_partner (vat);
create table res_users (
  id serial primary key, company_id integer not null references res_company (id),
  partner_id integer not null references res_partner (id), active boolean default true,
  create_date timestamp without time zone, login character varying not null constraint res_users_login_key unique,
  password character varying, action_id integer, create_uid integer, write_uid integer, signature text, share boolean,
  write_date timestamp without time zone, totp_secret character varying, notification_type character varying not null,
  odoobot_state character varying, odoobot_failed boolean,
  constraint res_users_notification_type check (notification_type = 'email' or not share));
create index res_users__partner_id_index on res_users (partner_id);
insert into res_company values (1, 'Example', 1);
insert into res_partner (id, name, complete_name, company_id, lang, tz, type, email, email_normalized, active) values
  (1, 'Example', 'Example', null, null, null, 'contact', null, null, true),
  (2, 'OdooBot', 'OdooBot', 1, 'en_US', null, 'contact', 'odoobot@example.com', 'odoobot@example.com', false),
  (3, 'Ada Lovelace', 'Ada Lovelace', 1, 'de_DE', 'Europe/Berlin', 'contact', 'Ada.Lovelace@Example.org', 'ada.lovelace@example.org', true),
  (4, 'Grace', 'Grace', null, 'en_US', null, 'contact', null, null, true),
  (5, 'Joan', 'Joan', null, null, null, 'contact', 'Joan <joan@example.org>', 'joan@example.org', true);
insert into res_users (id, company_id, partner_id, active, login, password, share, signature, notification_type) values
  (1, 1, 2, false, '__system__', null, false, '<span>System</span>', 'email'),
  (2, 1, 3, true, 'Ada@Example.com',
   '$pbkdf2-sha512$1212$RHY0Fr3IDMSVO/RSZyb5ow$eNLfBK.eVozomMr.1gYa17k9B7KIK25NOEshvhrSX.esqY3s.FvWZViXz4KoLlQI.BzY/YTNJOiKc5gBYFYGww',
   false, '<p>Ada</p>', 'inbox'),
  (3, 1, 4, false, 'grace@example.com',
   '$pbkdf2-sha512$1212$RHY0Fr3IDMSVO/RSZyb5ow$eNLfBK.eVozomMr.1gYa17k9B7KIK25NOEshvhrSX.esqY3s.FvWZViXz4KoLlQI.BzY/YTNJOiKc5gBYFYGww',
   true, null, 'email'),
  (4, 1, 5, true, 'joan', null, true, null, 'email');
