-- server: mariadb
-- source: PrestaShop/PrestaShop, install-dev/data/db_structure.sql; the wider columns of 8 from memory
-- identifier: ada@example.com
-- disabled: grace@example.com
-- password: S3cret-Pass
-- toml: [password.params]
-- toml: cookie_key = "4Zl2nQkF9bXc7wRtYp0aVu3sHd6jMe8gKo1iLq5rTzNxCvBySfWhUjPm"
create table ps_customer (
  id_customer int(10) unsigned not null auto_increment, id_shop_group int(11) unsigned not null default 1,
  id_shop int(11) unsigned not null default 1, id_gender int(10) unsigned not null, id_default_group int(10) unsigned not null default 1,
  id_lang int(10) unsigned null, id_risk int(10) unsigned not null default 1, company varchar(255), siret varchar(14),
  ape varchar(6), firstname varchar(255) not null, lastname varchar(255) not null, email varchar(255) not null,
  passwd varchar(255) not null, last_passwd_gen timestamp not null default current_timestamp, birthday date default null,
  newsletter tinyint(1) unsigned not null default 0, ip_registration_newsletter varchar(15) default null,
  newsletter_date_add datetime default null, optin tinyint(1) unsigned not null default 0, website varchar(128),
  outstanding_allow_amount decimal(20,6) not null default 0, show_public_prices tinyint(1) unsigned not null default 0,
  max_payment_days int(10) unsigned not null default 60, secure_key varchar(32) not null default '-1', note text,
  active tinyint(1) unsigned not null default 0, is_guest tinyint(1) not null default 0, deleted tinyint(1) not null default 0,
  date_add datetime not null, date_upd datetime not null, reset_password_token varchar(40) default null,
  reset_password_validity datetime default null,
  primary key (id_customer), key customer_email (email), key customer_login (email, passwd), key id_customer_passwd (id_customer, passwd),
  key id_gender (id_gender), key id_shop_group (id_shop_group), key id_shop (id_shop, date_add)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_general_ci;
create table ps_customer_group (
  id_customer int(10) unsigned not null, id_group int(10) unsigned not null,
  primary key (id_customer, id_group), key customer_login (id_group), key id_customer (id_customer)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_general_ci;
create table ps_group_lang (
  id_group int(10) unsigned not null, id_lang int(10) unsigned not null, name varchar(32) not null, primary key (id_group, id_lang)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_general_ci;
insert into ps_customer (id_customer, id_gender, id_default_group, id_lang, firstname, lastname, email, passwd, secure_key, active, is_guest, deleted, date_add, date_upd) values
  (1, 2, 3, 1, 'Ada', 'Lovelace', 'Ada@Example.com', 'dbbf5c1767bf4932580489e4cf766b95', '0c5c7a7e0a2a4b6f8a9b0c1d2e3f4a5b', 1, 0, 0, '2016-01-01', '2016-01-01'),
  (2, 0, 3, 1, 'Grace', 'H', 'grace@example.com', 'dbbf5c1767bf4932580489e4cf766b95', '1c5c7a7e0a2a4b6f8a9b0c1d2e3f4a5b', 0, 0, 0, '2016-01-01', '2016-01-01'),
  -- Ada once bought as a guest; Joan was deleted, Radia came after 1.7.
  (3, 0, 2, 1, 'Ada', 'L', 'ada@example.com', 'dbbf5c1767bf4932580489e4cf766b95', '2c5c7a7e0a2a4b6f8a9b0c1d2e3f4a5b', 1, 1, 0, '2015-01-01', '2015-01-01'),
  (4, 0, 3, 1, 'Joan', 'C', 'joan@example.org', 'dbbf5c1767bf4932580489e4cf766b95', '3c5c7a7e0a2a4b6f8a9b0c1d2e3f4a5b', 1, 0, 1, '2016-01-01', '2016-01-01'),
  (5, 0, 3, 1, 'Radia', 'P', 'radia@example.org', '$2y$10$3o9IF74Phgdz4Q6j7K7s0unovt.v.7YBLKFyV73pGTd2.tfdz/F8e', '4c5c7a7e0a2a4b6f8a9b0c1d2e3f4a5b', 1, 0, 0, '2022-01-01', '2022-01-01');
insert into ps_customer_group values (1, 3), (1, 4), (2, 3), (3, 2), (4, 3), (5, 3);
insert into ps_group_lang values (1, 1, 'Visitor'), (2, 1, 'Guest'), (3, 1, 'Customer'), (4, 1, 'Wholesale'), (3, 2, 'Kunde');
