-- server: mariadb
-- source: OpenMage/magento-lts 20, app/code/core/Mage/Customer/sql/customer_setup and Mage/Eav/sql/eav_setup (install-1.6.0.0.php and upgrades)
-- identifier: ada@example.com
-- disabled: grace@example.com
-- password: x
create table eav_attribute (
  attribute_id smallint(5) unsigned not null auto_increment, entity_type_id smallint(5) unsigned not null default 0,
  attribute_code varchar(255) default null, attribute_model varchar(255) default null, backend_model varchar(255) default null,
  backend_type varchar(8) not null default 'static', backend_table varchar(255) default null,
  frontend_model varchar(255) default null, frontend_input varchar(50) default null, frontend_label varchar(255) default null,
  frontend_class varchar(255) default null, source_model varchar(255) default null, is_required smallint(5) unsigned not null default 0,
  is_user_defined smallint(5) unsigned not null default 0, default_value text, is_unique smallint(5) unsigned not null default 0,
  note varchar(255) default null,
  primary key (attribute_id), unique key UNQ_EAV_ATTRIBUTE_ENTITY_TYPE_ID_ATTRIBUTE_CODE (entity_type_id, attribute_code),
  key IDX_EAV_ATTRIBUTE_ENTITY_TYPE_ID (entity_type_id)
) engine=InnoDB default charset=utf8 collate=utf8_general_ci;
create table customer_entity (
  entity_id int(10) unsigned not null auto_increment, entity_type_id smallint(5) unsigned not null default 0,
  attribute_set_id smallint(5) unsigned not null default 0, website_id smallint(5) unsigned default null,
  email varchar(255) default null, group_id smallint(5) unsigned not null default 0, increment_id varchar(50) default null,
  store_id smallint(5) unsigned default 0, created_at timestamp not null default current_timestamp,
  updated_at timestamp not null default '2000-01-01 00:00:00', is_active smallint(5) unsigned not null default 1,
  disable_auto_group_change smallint(5) unsigned not null default 0,
  primary key (entity_id), unique key UNQ_CUSTOMER_ENTITY_EMAIL_WEBSITE_ID (email, website_id),
  key IDX_CUSTOMER_ENTITY_STORE_ID (store_id), key IDX_CUSTOMER_ENTITY_ENTITY_TYPE_ID (entity_type_id),
  key IDX_CUSTOMER_ENTITY_EMAIL_WEBSITE_ID (email, website_id), key IDX_CUSTOMER_ENTITY_WEBSITE_ID (website_id)
) engine=InnoDB default charset=utf8 collate=utf8_general_ci;
create table customer_entity_varchar (
  value_id int(11) not null auto_increment, entity_type_id smallint(5) unsigned not null default 0,
  attribute_id smallint(5) unsigned not null default 0, entity_id int(10) unsigned not null default 0, value varchar(255) default null,
  primary key (value_id), unique key UNQ_CUSTOMER_ENTITY_VARCHAR_ENTITY_ID_ATTRIBUTE_ID (entity_id, attribute_id),
  key IDX_CUSTOMER_ENTITY_VARCHAR_ENTITY_TYPE_ID (entity_type_id), key IDX_CUSTOMER_ENTITY_VARCHAR_ATTRIBUTE_ID (attribute_id),
  key IDX_CUSTOMER_ENTITY_VARCHAR_ENTITY_ID (entity_id),
  key IDX_CUSTOMER_ENTITY_VARCHAR_ENTITY_ID_ATTRIBUTE_ID_VALUE (entity_id, attribute_id, value),
  constraint FK_CSTR_ENTT_VCHR_ATTR_ID_EAV_ATTR_ATTR_ID foreign key (attribute_id) references eav_attribute (attribute_id) on delete cascade on update cascade,
  constraint FK_CSTR_ENTT_VCHR_ENTT_ID_CSTR_ENTT_ENTT_ID foreign key (entity_id) references customer_entity (entity_id) on delete cascade on update cascade
) engine=InnoDB default charset=utf8 collate=utf8_general_ci;
create table customer_group (
  customer_group_id smallint(5) unsigned not null auto_increment, customer_group_code varchar(32) not null,
  tax_class_id int(10) unsigned not null default 0, primary key (customer_group_id)
) engine=InnoDB default charset=utf8 collate=utf8_general_ci;
insert into eav_attribute (attribute_id, entity_type_id, attribute_code, backend_type) values
  (5, 1, 'firstname', 'varchar'), (7, 1, 'lastname', 'varchar'), (12, 1, 'password_hash', 'varchar'), (16, 1, 'confirmation', 'varchar'),
  (19, 2, 'firstname', 'varchar'), (21, 2, 'lastname', 'varchar');
insert into customer_entity (entity_id, entity_type_id, website_id, email, group_id, store_id, is_active, created_at) values
  (1, 1, 1, 'Ada@Example.com', 2, 1, 1, '2014-01-01'), (2, 1, 1, 'grace@example.com', 1, 1, 0, '2014-01-01'),
  (3, 1, null, 'joan@example.org', 1, null, 1, '2014-01-01');
insert into customer_entity_varchar (entity_type_id, attribute_id, entity_id, value) values
  (1, 5, 1, 'Ada'), (1, 7, 1, 'Lovelace'), (1, 12, 1, '8b56feb39d55cfccd23c30ee3309ca7b:fa6300fa38417504800f38a9dec0ff85'),
  (1, 5, 2, 'Grace'), (1, 7, 2, 'H'), (1, 12, 2, '8b56feb39d55cfccd23c30ee3309ca7b:fa6300fa38417504800f38a9dec0ff85');
set sql_mode = 'NO_AUTO_VALUE_ON_ZERO';
insert into customer_group values (0, 'NOT LOGGED IN', 3), (1, 'General', 3), (2, 'Wholesale', 3), (3, 'Retailer', 3);
