-- server: mariadb
-- source: opencart/opencart 2.3.0.2, upload/install/opencart.sql (3.0 has no `approved`)
-- identifier: ada@example.com
-- disabled: grace@example.com
-- password: x
create table oc_customer (
  customer_id int(11) not null auto_increment, customer_group_id int(11) not null,
  store_id int(11) not null default 0, language_id int(11) not null, firstname varchar(32) not null,
  lastname varchar(32) not null, email varchar(96) not null, telephone varchar(32) not null,
  fax varchar(32) not null, password varchar(40) not null, salt varchar(9) not null, cart text, wishlist text,
  newsletter tinyint(1) not null default 0, address_id int(11) not null default 0, custom_field text not null,
  ip varchar(40) not null, status tinyint(1) not null, approved tinyint(1) not null, safe tinyint(1) not null,
  token text not null, code varchar(40) not null, date_added datetime not null, primary key (customer_id)
) engine=MyISAM default charset=utf8 collate=utf8_general_ci;
create table oc_customer_group (
  customer_group_id int(11) not null auto_increment, approval int(1) not null, sort_order int(3) not null,
  primary key (customer_group_id)
) engine=MyISAM default charset=utf8 collate=utf8_general_ci;
create table oc_customer_group_description (
  customer_group_id int(11) not null, language_id int(11) not null, name varchar(32) not null,
  description text not null, primary key (customer_group_id,language_id)
) engine=MyISAM default charset=utf8 collate=utf8_general_ci;
insert into oc_customer (customer_id, customer_group_id, store_id, language_id, firstname, lastname, email, telephone, fax, password, salt, custom_field, ip, status, approved, safe, token, code, date_added) values
  (1, 2, 0, 1, 'Ada', 'Lovelace', 'Ada@Example.com', '+44 20 7946 0000', '', '1258fccc00eb3edfb9289784b3f3359033939c41', 'e75b99293', '', '127.0.0.1', 1, 1, 0, '', '', '2017-01-01'),
  (2, 1, 0, 1, 'Grace', 'H', 'grace@example.com', '', '', '1258fccc00eb3edfb9289784b3f3359033939c41', 'e75b99293', '', '127.0.0.1', 0, 1, 0, '', '', '2017-01-01'),
  -- Waits for approval.
  (3, 1, 0, 1, 'Joan', 'C', 'joan@example.org', '', '', '1258fccc00eb3edfb9289784b3f3359033939c41', 'e75b99293', '', '127.0.0.1', 1, 0, 0, '', '', '2017-01-01');
insert into oc_customer_group values (1, 0, 1), (2, 1, 2);
insert into oc_customer_group_description values (1, 1, 'Default', 'test'), (2, 1, 'Wholesale', '');
