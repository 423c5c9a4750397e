-- server: postgres
-- source: spring-projects/spring-security, core/src/main/resources/org/springframework/security/core/userdetails/jdbc/users.ddl (varchar for varchar_ignorecase)
-- identifier: ada@example.com
-- disabled: grace@example.com
-- password: x
create table users (
  username varchar(50) not null primary key, password varchar(500) not null, enabled boolean not null);
create table authorities (
  username varchar(50) not null, authority varchar(50) not null,
  constraint fk_authorities_users foreign key (username) references users (username));
create unique index ix_auth_username on authorities (username, authority);
insert into users values
  ('Ada@Example.com', '{bcrypt}$2a$06$9mSeKINOjQCcAemJJc3/xujvFXJ1gyEoRvBQ8bTKUcaOoXnRr/qo.', true),
  ('grace@example.com', '{bcrypt}$2a$06$9mSeKINOjQCcAemJJc3/xujvFXJ1gyEoRvBQ8bTKUcaOoXnRr/qo.', false),
  ('joan', '{noop}password', true);
insert into authorities values ('Ada@Example.com', 'ROLE_ADMIN'), ('Ada@Example.com', 'ROLE_USER'), ('grace@example.com', 'ROLE_USER');
