package Loket::Postfix;

# A private Postfix: configuration, queue, data, log and Maildirs under one
# directory, ports on loopback. The programs are the machine's own or those
# that scripts/unpack-postfix left under build/parts.
#
# Every domain is final here, so no mail can leave: acme.example has its
# mailboxes, all other mail lies together in the Maildir "outside".
#
# Daemons run as another user, who may not be let through to the directory by
# its name; whatever they open is therefore named relative to the queue.

use v5.36;
use Carp qw(croak);
use File::Basename qw(dirname);
use File::Path qw(make_path);
use IO::Select;
use IO::Socket::INET;
use IO::Socket::UNIX;
use Socket qw(SOCK_DGRAM);

use Loket::Process qw(run);
use Loket::Wait qw(wait_for);

use constant DOMAIN => 'acme.example';
use constant HOSTNAME => "mx.${\DOMAIN}";
use constant MAILBOXES => qw(
	support help jan els kees tweedelijn kwaliteit postmaster);
use constant SERVICES => qw(smtp submission relay);
use constant START_S => 30;

# new(dir => DIR, root => CHECKOUT, milter => SOCKET, logins => {NAME => WORD})
#
# SOCKET is a path relative to DIR. Options: `ports`, the number to prefer for
# each of smtp, submission and relay; `main`, further parameters of main.cf;
# `shows_all`, true to show the milter local mail and Postfix's own bounces too.
sub new($class, %args) {
	my $self = bless {%args}, $class;
	$self->{milter} = "unix:../$args{milter}" if $args{milter};
	$self->_find_programs;
	$self->_reserve_port($_) for SERVICES;
	return $self;
}

sub port($self, $service) { return $self->{port}{$service} }
sub mail_dir($self) { return "$self->{dir}/mail" }
sub log_file($self) { return "$self->{dir}/mail.log" }
sub config_dir($self) { return "$self->{dir}/etc" }
sub queue_dir($self) { return "$self->{dir}/queue" }

# What its programs need of the environment, to be found and to run.
sub environment($self) {
	my %environment = (PATH => dirname($self->{postfix}) . ":$ENV{PATH}");
	$environment{LD_LIBRARY_PATH} = $self->{library_path}
		if $self->{library_path};
	return %environment;
}

sub start($self) {
	$self->_write_files;
	$self->_add_logins;
	$self->{owner} = $$;
	$self->_launch;
}

# Starts anew with the configuration as it now lies there.
sub restart($self) {
	$self->_control('stop');
	$self->_launch;
}

# Only the process that started Postfix stops it, and only once.
sub stop($self) {
	return unless ($self->{owner} // 0) == $$;
	delete $self->{owner};
	$self->_control('stop');
}

# Lets it run on after this process.
sub release($self) { delete $self->{owner} }

# Stops the Postfix that an earlier process left in a directory; true when one
# ran there.
sub stop_running($class, %args) {
	return 0 unless -e "$args{dir}/etc/main.cf";
	my $self = bless {%args}, $class;
	$self->_find_programs;
	return 0 if $self->_control('status') != 0;
	return $self->_control('stop') == 0;
}

# True when no mail is on its way any more.
sub is_idle($self) {
	my @waiting = glob "\Q$self->{dir}\E/queue/"
		. '{maildrop,incoming,active,deferred/?}/*';
	return !grep { -f } @waiting;
}

# The log's lines that name a queue id, or all.
sub log_lines($self, $queue_id = undef) {
	open my $log, '<', $self->log_file or return;
	my @lines = <$log>;
	return @lines unless defined $queue_id;
	return grep { /\]: \Q$queue_id\E:/ } @lines;
}

sub _launch($self) {
	# Postfix waits while a file was changed only just now.
	my $past = time - 60;
	utime $past, $past, glob $self->config_dir . '/*';
	$self->_control('start') == 0
		or croak "Postfix does not start, see $self->{dir}/postfix.out";
	for my $port (values $self->{port}->%*) {
		wait_for(START_S, sub { _answers($port) })
			or croak "Postfix is silent on port $port, see ",
				$self->log_file;
	}
}

sub _find_programs($self) {
	my $parts = "$self->{root}/build/parts";
	my ($saslpasswd) = grep { -x } '/usr/sbin/saslpasswd2',
		"$parts/sasl2-bin/usr/sbin/saslpasswd2";
	$self->{saslpasswd} = $saslpasswd
		// croak 'no saslpasswd2, run scripts/unpack-postfix';
	if (-x '/usr/sbin/postfix') {
		$self->{postfix} = '/usr/sbin/postfix';
		$self->{places} = {};
		return;
	}
	my $tree = "$parts/postfix";
	$self->{postfix} = "$tree/usr/sbin/postfix";
	-x $self->{postfix}
		or croak 'no Postfix, run scripts/unpack-postfix';
	my $libraries = "$tree/usr/lib/postfix";
	$self->{library_path} = $libraries;
	my $environment = "MAIL_CONFIG TZ LANG LD_LIBRARY_PATH=$libraries";
	$self->{places} = {
		command_directory => "$tree/usr/sbin",
		daemon_directory => "$libraries/sbin",
		shlib_directory => $libraries,
		meta_directory => "$tree/etc/postfix",
		sendmail_path => "$tree/usr/sbin/sendmail",
		mailq_path => "$tree/usr/sbin/sendmail",
		newaliases_path => "$tree/usr/sbin/sendmail",
		import_environment => $environment,
		export_environment => $environment,
	};
}

# Postfix wants a user and a group that nothing else runs as. Where its own
# do not exist, Debian's base accounts that have long had no use serve.
sub _accounts {
	my @spare = qw(list news uucp irc);
	my ($user) = grep { getpwnam $_ } 'postfix', @spare;
	my ($group) = grep { getgrnam $_ and $_ ne $user } 'postdrop', @spare;
	return ($user, $group);
}

sub _write_files($self) {
	my $dir = $self->{dir};
	my ($user, $group) = _accounts();
	make_path(map { "$dir/$_" } qw(etc/sasl queue data mail));
	chown scalar(getpwnam $user), -1, "$dir/data";
	chown scalar(getpwnam 'mail'), scalar(getgrnam 'mail'), "$dir/mail";

	my %main = ($self->_main, $self->{places}->%*,
		mail_owner => $user, setgid_group => $group,
		($self->{main} // {})->%*);
	_write("$dir/etc/main.cf",
		map { "$_ = $main{$_}\n" } sort keys %main);
	_write("$dir/etc/master.cf", $self->_master);
	_write("$dir/etc/mailboxes", _mailboxes());
}

sub _main($self) {
	my $dir = $self->{dir};
	return (
		compatibility_level => '3.6',
		myhostname => HOSTNAME,
		myorigin => DOMAIN,
		mydestination => '',
		mynetworks => '127.0.0.0/8',
		inet_interfaces => '127.0.0.1',
		inet_protocols => 'ipv4',
		queue_directory => "$dir/queue",
		data_directory => '/proc/self/cwd/../data',
		maillog_file => $self->log_file,
		maillog_file_prefixes => '/',
		smtp_dns_support_level => 'disabled',
		smtpd_peername_lookup => 'no',
		smtpd_authorized_xclient_hosts => '127.0.0.0/8',
		smtpd_relay_restrictions => 'reject_unauth_destination',
		smtpd_client_connection_count_limit => 0,
		default_transport => 'error:no mail leaves this machine',
		relay_transport => 'error:no mail leaves this machine',
		alias_maps => '',
		alias_database => '',
		local_recipient_maps => '',
		recipient_delimiter => '+',
		virtual_mailbox_domains => 'static:all',
		virtual_mailbox_base => '/proc/self/cwd/../mail',
		virtual_mailbox_maps => 'regexp:../etc/mailboxes',
		virtual_minimum_uid => 1,
		virtual_uid_maps => 'static:' . getpwnam 'mail',
		virtual_gid_maps => 'static:' . getgrnam 'mail',
		virtual_mailbox_limit => 0,
		cyrus_sasl_config_path => "$dir/etc/sasl",
		milter_default_action => 'tempfail',
		non_smtpd_milters => $self->{shows_all} ? $self->{milter} : '',
		internal_mail_filter_classes =>
			$self->{shows_all} ? 'bounce' : '',
	);
}

sub _master($self) {
	my $milter = $self->{milter}
		? "\n\t-o { smtpd_milters = $self->{milter} }" : '';
	my $sasl = "\n\t-o smtpd_sasl_auth_enable=yes"
		. "\n\t-o { smtpd_relay_restrictions ="
		. ' permit_sasl_authenticated, reject }';
	my %smtpd = (
		smtp => $milter,
		submission => $milter . $sasl,
		relay => '',
	);
	my $services = <<~'END';
		pickup unix n - n 60 1 pickup
		cleanup unix n - n - 0 cleanup
		qmgr unix n - n 300 1 qmgr
		rewrite unix - - n - - trivial-rewrite
		bounce unix - - n - 0 bounce
		defer unix - - n - 0 bounce
		trace unix - - n - 0 bounce
		verify unix - - n - 1 verify
		flush unix n - n 1000? 0 flush
		proxymap unix - - n - - proxymap
		smtp unix - - n - - smtp
		showq unix n - n - - showq
		error unix - - n - - error
		retry unix - - n - - error
		virtual unix - n n - - virtual
		anvil unix - - n - 1 anvil
		scache unix - - n - 1 scache
		postlog unix-dgram n - n - 1 postlogd
		END
	return map({ "127.0.0.1:$self->{port}{$_} inet n - n - - smtpd"
		. " -o syslog_name=postfix/$_$smtpd{$_}\n" }
		sort keys %smtpd), $services;
}

# virtual(8) refuses $1 in a pattern's result, hence a line a mailbox.
sub _mailboxes {
	my $domain = quotemeta DOMAIN;
	return map({ "/^$_(\\+.*)?\@$domain\$/ ${\DOMAIN}/$_/\n" } MAILBOXES),
		"!/\@$domain\$/ outside/\n";
}

# The realm is the server's name, so that people log in with their bare name.
sub _add_logins($self) {
	my $logins = $self->{logins} or return;
	my $dir = $self->{dir};
	_write("$dir/etc/sasl/smtpd.conf", <<~'END');
		pwcheck_method: auxprop
		auxprop_plugin: sasldb
		sasldb_path: ../data/sasldb2
		mech_list: PLAIN LOGIN
		END
	for my $login (sort keys %$logins) {
		open my $password, '|-', $self->{saslpasswd}, qw(-p -c),
			'-f', "$dir/data/sasldb2", '-u', HOSTNAME, $login
			or croak "$self->{saslpasswd}: $!";
		print $password $logins->{$login};
		close $password or croak "$self->{saslpasswd} failed";
	}
	my ($user) = _accounts();
	chown scalar(getpwnam $user), -1, "$dir/data/sasldb2";
}

sub _control($self, $command) {
	local $ENV{LD_LIBRARY_PATH} = $self->{library_path}
		if $self->{library_path};
	my $out = "$self->{dir}/postfix.out";
	return run($out, $out,
		$self->{postfix}, '-c', "$self->{dir}/etc", $command);
}

# A port that is preferred, or any below the range from which the kernel takes
# its own for outgoing connections.
sub _reserve_port($self, $service) {
	my $port = $self->{ports}{$service} // _any_port();
	until ($self->{reserved}{$port} = _reserve($port)) {
		$port = _any_port();
	}
	$self->{port}{$service} = $port;
}

sub _any_port { return 10_100 + int rand 20_000 }

# Postfix sets SO_REUSEPORT: two of them would share a port, and each get some
# of the mail. Whoever holds the abstract socket of that name has the port.
sub _reserve($port) {
	my $reserved = IO::Socket::UNIX->new(
		Type => SOCK_DGRAM, Local => "\0loket-port-$port") or return;
	return IO::Socket::INET->new(LocalAddr => '127.0.0.1',
		LocalPort => $port, Proto => 'tcp', Listen => 1,
		ReuseAddr => 1) && $reserved;
}

sub _answers($port) {
	my $socket = IO::Socket::INET->new(
		PeerAddr => '127.0.0.1', PeerPort => $port, Timeout => 5)
		or return 0;
	IO::Select->new($socket)->can_read(5) or return 0;
	return (readline $socket // '') =~ /^220 /;
}

sub _write($file, @lines) {
	open my $out, '>', $file or croak "$file: $!";
	print $out @lines;
	close $out or croak "$file: $!";
}

1;
