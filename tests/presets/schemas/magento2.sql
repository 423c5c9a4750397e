-- server: mariadb
-- source: magento/magento2 2.4, app/code/Magento/Customer/etc/db_schema.xml; customer_group from memory
-- identifier: ada@example.com
-- disabled: grace@example.com
-- password: S3cret-Pass
create table customer_entity (
  entity_id int(10) unsigned not null auto_increment, website_id smallint(5) unsigned default null,
  email varchar(255) default null, group_id smallint(5) unsigned not null default 0, increment_id varchar(50) default null,
  store_id smallint(5) unsigned default 0, created_at timestamp not null default current_timestamp,
  updated_at timestamp not null default current_timestamp on update current_timestamp,
  is_active smallint(5) unsigned not null default 1, disable_auto_group_change smallint(5) unsigned not null default 0,
  created_in varchar(255) default null, prefix varchar(40) default null, firstname varchar(255) default null,
  middlename varchar(255) default null, lastname varchar(255) default null, suffix varchar(40) default null,
  dob date default null, password_hash varchar(128) default null, rp_token varchar(128) default null,
  rp_token_created_at datetime default null, default_billing int(10) unsigned default null,
  default_shipping int(10) unsigned default null, taxvat varchar(50) default null, confirmation varchar(64) default null,
  gender smallint(5) unsigned default null, failures_num smallint(6) default 0, first_failure timestamp null default null,
  lock_expires timestamp null default null, session_cutoff timestamp null default null,
  primary key (entity_id), unique key CUSTOMER_ENTITY_EMAIL_WEBSITE_ID (email, website_id),
  key CUSTOMER_ENTITY_STORE_ID (store_id), key CUSTOMER_ENTITY_WEBSITE_ID (website_id),
  key CUSTOMER_ENTITY_FIRSTNAME (firstname), key CUSTOMER_ENTITY_LASTNAME (lastname)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_general_ci;
create table customer_group (
  customer_group_id int(10) unsigned not null auto_increment, customer_group_code varchar(32) not null,
  tax_class_id int(10) unsigned not null default 0, primary key (customer_group_id)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_general_ci;
insert into customer_entity (entity_id, website_id, email, group_id, store_id, is_active, firstname, lastname, password_hash, confirmation) values
  (1, 1, 'Ada@Example.com', 2, 1, 1, 'Ada', 'Lovelace', '188bb3c2a9d595323783edeb31626ceb4bae3802771609db126dfa80077387c9:acf6fc392317cf89:3_32_2_67108864', null),
  (2, 1, 'grace@example.com', 1, 1, 0, 'Grace', 'H', '188bb3c2a9d595323783edeb31626ceb4bae3802771609db126dfa80077387c9:acf6fc392317cf89:3_32_2_67108864', null),
  -- Has not confirmed the address yet.
  (3, 1, 'joan@example.org', 1, 1, 1, 'Joan', 'C', '9fc7ed27e11ccf6f3e51a2e16d84f2e4:880b0487d93d566f51f58d9f792c812c:0', 'b1946ac92492d2347c6235b4d2611184');
set sql_mode = 'NO_AUTO_VALUE_ON_ZERO';
insert into customer_group values (0, 'NOT LOGGED IN', 3), (1, 'General', 3), (2, 'Wholesale', 3);
