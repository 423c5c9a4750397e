-- server: mariadb
-- source: opencart/opencart 4.0.2.3, upload/system/helper/db_schema.php
-- identifier: ada@example.com
-- disabled: grace@example.com
-- password: password
create table oc_customer (
  customer_id int(11) not null auto_increment, customer_group_id int(11) not null, store_id int(11) not null default 0,
  language_id int(11) not null, firstname varchar(32) not null, lastname varchar(32) not null, email varchar(96) not null,
  telephone varchar(32) not null, password varchar(255) not null, custom_field text not null,
  newsletter tinyint(1) not null default 0, ip varchar(40) not null, status tinyint(1) not null, safe tinyint(1) not null,
  token text not null, code varchar(40) not null, date_added datetime not null, primary key (customer_id)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_general_ci;
create table oc_customer_group (
  customer_group_id int(11) not null auto_increment, approval int(1) not null, sort_order int(3) not null,
  primary key (customer_group_id)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_general_ci;
create table oc_customer_group_description (
  customer_group_id int(11) not null, language_id int(11) not null, name varchar(32) not null, description text not null,
  primary key (customer_group_id, language_id)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_general_ci;
insert into oc_customer values
  (1, 2, 0, 1, 'Ada', 'Lovelace', 'Ada@Example.com', '+44 20 7946 0000', '$2y$10$3o9IF74Phgdz4Q6j7K7s0unovt.v.7YBLKFyV73pGTd2.tfdz/F8e', '', 1, '127.0.0.1', 1, 0, '', '', '2023-01-01'),
  (2, 1, 0, 1, 'Grace', 'H', 'grace@example.com', '', '$2y$10$3o9IF74Phgdz4Q6j7K7s0unovt.v.7YBLKFyV73pGTd2.tfdz/F8e', '', 0, '127.0.0.1', 0, 0, '', '', '2023-01-01'),
  (3, 9, 0, 1, '', '', 'joan@example.org', '', '', '', 0, '127.0.0.1', 1, 0, '', '', '2023-01-01');
insert into oc_customer_group values (1, 0, 1), (2, 1, 2);
insert into oc_customer_group_description values (1, 1, 'Default', ''), (2, 1, 'Wholesale', '');
