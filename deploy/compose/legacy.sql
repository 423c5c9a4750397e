-- The legacy database of the demo, made once by an empty server: users with hashes of several ages.
-- The password of each is `demo-` and the username. What the bridge may do with them stands in role.sql.
create table shop_users (
    id integer primary key,
    email text not null,
    username text not null,
    full_name text,
    password text,
    is_active boolean not null default true,
    plan text
);
create unique index shop_users_email on shop_users (lower(email));
create unique index shop_users_username on shop_users (lower(username));

insert into shop_users (id, email, username, full_name, password, is_active, plan) values
    (1, 'ada@example.com', 'ada', 'Ada Lovelace',
     'pbkdf2_sha256$100000$c0ffee5a1t$tiVLHOwNT+W5fx9y0cCCnyAN9cjVlzh5Z8uTZktkaSw=', true, 'gold'),
    (2, 'grace@example.com', 'grace', 'Grace Hopper',
     '$2b$10$abcdefghijklmnopqrstuuM1hSS/YVRFSLVJuwlVofKIGPuQyy6ZK', true, 'free'),
    (3, 'linus@example.org', 'linus', null, '$1$oldsalt1$rVoE6CHg2bYScmYPFM8Iz0', true, 'free'),
    (4, 'barbara@example.net', 'barbara', 'Barbara Liskov',
     '$6$rounds=5000$sha512salt$mQ1RvGqADNiIj1dyFt3UwKjAg.maTYFt/Fbod/Tln3j5Y2YDdja0KbxG1tPhDw0Y.fDcxZV.A83bnPnr0RkgZ/',
     false, 'gold');
