#!/usr/bin/env bash
# WordPress (Debian's package, 6.1 in Debian 12; from 6.8 on it hashes otherwise): wp_install() makes the tables in an
# empty MariaDB database, wp_insert_user() the users.
# Second argument: the table prefix, `blog_` by default, to be another one than WordPress' own.
# Every run 0.5 s; nothing in the cache, the Debian packages are some 130 MB with PHP.
. "$(dirname "$0")/common.sh"
database "${1:-}"
only mariadb
debian wordpress /usr/share/wordpress/wp-admin/includes/upgrade.php
debian php-cli php
debian php-mysql /usr/lib/php/*/mysqli.so
debian_done
scratch
cat >"$scratch/install.php" <<'PHP'
<?php
// wp-settings.php without wp-config.php: Debian's looks for a file of the site in /etc/wordpress.
define('ABSPATH', '/usr/share/wordpress/');
define('WP_CONTENT_DIR', ABSPATH . 'wp-content');
define('DB_NAME', getenv('db_name'));
define('DB_USER', getenv('db_user'));
define('DB_PASSWORD', getenv('db_password'));
define('DB_HOST', getenv('db_host') . ':' . getenv('db_port'));
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
define('WP_INSTALLING', true);
define('WP_SITEURL', 'http://localhost');
// Nothing goes out: no mail, no request to itself, no look at what is new.
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('DISABLE_WP_CRON', true);
function wp_mail() { return true; }
$_SERVER += ['HTTP_HOST' => 'localhost', 'SERVER_PROTOCOL' => 'HTTP/1.1', 'REQUEST_METHOD' => 'GET', 'REQUEST_URI' => '/'];
$table_prefix = getenv('prefix');
require ABSPATH . 'wp-settings.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('River', 'root', 'root@example.com', false, '', 'Another-Horse-9');

function person(array $fields): WP_User
{
    $id = wp_insert_user($fields + ['user_pass' => getenv('password')]);
    if (is_wp_error($id)) {
        fwrite(STDERR, $id->get_error_message() . "\n");
        exit(1);
    }
    return new WP_User($id);
}
add_role('lock_keeper', 'Lock keeper', ['read' => true]);
$ada = person(['user_login' => 'ada', 'user_email' => 'Ada@Example.com', 'first_name' => 'Ada', 'last_name' => 'Pontis',
    'display_name' => 'Ada Pontis', 'user_url' => 'https://ada.example.com', 'locale' => 'de_DE', 'role' => 'editor']);
$ada->add_role('lock_keeper');
// A capability that is taken from her stands in the same list with `false`.
$ada->add_cap('upload_files', false);
person(['user_login' => 'grace', 'user_email' => 'grace@example.com', 'first_name' => 'Grace', 'role' => 'subscriber']);
PHP
export password prefix=${2:-blog_}
run php -d display_errors=stderr "$scratch/install.php"
echo "$name: $kind"
