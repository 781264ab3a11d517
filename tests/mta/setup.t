#!/usr/bin/perl
#
# What loket setup postfix prints makes mail pass through loketd when it is
# done as it says: its lines put into main.cf, its commands run; --apply does
# the same, and --undo takes it back.

use v5.36;
use File::Basename qw(dirname);
use File::Path qw(make_path);
use File::Temp;
use FindBin;
use IO::Socket::INET;
use Test::More;

use lib "$FindBin::Bin/../lib";
use Loket::Compose qw(compose);
use Loket::Process qw(end_process run spawn);
use Loket::Sink;
use Loket::Site;
use Loket::Wait qw(wait_for);

use constant AN => 'an@klant.example';
use constant DESK => 'support@acme.example';
use constant { EX_OK => 0, EX_USAGE => 64, EX_UNAVAILABLE => 69,
	EX_CANTCREAT => 73, EX_CONFIG => 78 };
use constant ARRIVAL_S => 20;

# Below /tmp, where Postfix's user may go to the socket by its whole name.
my $dir = File::Temp->newdir;
chmod 0755, $dir or die "$dir: $!\n";
my $site = Loket::Site->new(dir => "$dir/site");
my $etc = $site->server->config_dir;
my $conf = $site->conf_file;
my %environment = $site->server->environment;
my %as_installed;

sub read_file($path) {
	open my $in, '<', $path or die "$path: $!\n";
	local $/;
	return scalar readline $in;
}

sub write_file($path, @text) {
	make_path(dirname $path);
	open my $out, '>', $path or die "$path: $!\n";
	print $out @text;
	close $out or die "$path: $!\n";
	let_rest($path);
}

# Postfix waits while a file was changed only just now.
sub let_rest(@paths) {
	my $past = time - 60;
	utime $past, $past, @paths;
}

sub setup($conf, @arguments) {
	local @ENV{keys %environment} = values %environment;
	my ($out, $err) = map { File::Temp->new } 1 .. 2;
	my $exit = run("$out", "$err", Loket::Site::built('loket'), '-c',
		$conf, qw(setup postfix), @arguments);
	return { exit => $exit, out => read_file("$out"),
		err => read_file("$err") };
}

sub postconf(@arguments) {
	local @ENV{keys %environment} = values %environment;
	system('postconf', '-c', $etc, @arguments) == 0
		or die "postconf @arguments failed\n";
	let_rest(glob "$etc/*.cf");
}

# The services as master.cf names them.
sub service($name) {
	return '127.0.0.1:' . $site->server->port($name) . '/inet';
}

# Does what setup says, to the letter, and gives what it said.
sub follow_setup {
	my $said = setup($conf, '--config-dir', $etc);
	is $said->{exit}, EX_OK, 'setup' or diag $said->{err};
	for my $command ($said->{out} =~ /^#     ((?:echo|postconf) .*)$/mg) {
		local @ENV{keys %environment} = values %environment;
		is system($command), 0, $command;
	}
	postconf('-e', $said->{out} =~ /^([^#\n].*)$/mg)
		if $said->{out} =~ /^[^#\n]/m;
	$site->server->restart;
	return $said->{out};
}

# A Postfix that has never heard of Loket, and where needed loketd at another
# socket.
sub begin_anew($socket = undef) {
	write_file("$etc/$_", $as_installed{$_}) for keys %as_installed;
	unlink "$etc/loket_headers";
	write_file($conf, read_file($conf) =~ s/^socket = \K.*/"$socket"/mr)
		if $socket;
}

sub question($subject, $to = DESK) {
	my $mail = compose("Een vraag.\n", From => AN, To => $to,
		Subject => $subject);
	return $site->send(AN, [$to], $mail);
}

sub gets_number($what) {
	my $reply = question($what);
	is $reply->{code}, 250, "$what: taken" or die $reply->{text};
	my $ticket = $site->ticket_of($reply);
	ok $ticket, "$what: loketd has made a ticket" or die;
	is $site->delivered('support', $reply)->get('Subject'),
		"$ticket->{tag} $what", "$what: delivered with its number";
	return $ticket;
}

# By an agent, through the submission service.
sub is_answered($ticket) {
	my $answer = compose("Zeker.\n", From => 'jan@acme.example', To => AN,
		Subject => "Re: $ticket->{tag} $ticket->{subject}");
	is $site->submit('jan', [AN], $answer)->{code}, 250,
		'an agent answers';
	is $site->ticket($ticket->{number})->{state}, 'pending',
		'and the submission service shows it to Loket';
}

sub passes_by($what) {
	my $reply = question($what);
	is $reply->{code}, 250, "$what: taken";
	is $site->delivered('support', $reply)->get('Subject'), $what,
		"$what: delivered without a number";
}

$site->start;
postconf('-PX', service($_) . '/smtpd_milters') for qw(smtp submission);
postconf('-X', 'milter_default_action');
$as_installed{$_} = read_file("$etc/$_") for qw(main.cf master.cf);
$site->server->restart;

subtest 'before it, mail passes Loket by' => sub {
	passes_by('Zonder');
};

subtest 'smtpd that is not chrooted gets the socket as it is' => sub {
	begin_anew();
	my $said = follow_setup();
	like $said, qr{^smtpd_milters = unix:\Q${\$site->socket_file}\E$}m,
		'its path';
	like $said, qr{^milter_default_action = tempfail$}m,
		'nothing passes while it is away';
	is_answered(gets_number('Vrij'));

	$site->stop_loketd;
	is question('Later')->{code}, 451, 'without loketd mail waits';
	$site->start_loketd;
};

subtest 'done twice, nothing is there twice' => sub {
	my $again = setup($conf, '--config-dir', $etc);
	is $again->{exit}, EX_OK, 'setup';
	like $again->{out}, qr/^# smtpd_milters names Loket already$/m,
		'says so';
	unlike $again->{out}, qr/^[^#\n]/m, 'and has nothing to add';
};

subtest 'a chrooted smtpd cannot reach a socket outside its queue' => sub {
	begin_anew();
	postconf('-F', service('smtp') . '/chroot=y');
	my $said = setup($conf, '--config-dir', $etc);
	is $said->{exit}, EX_CONFIG, 'setup refuses';
	is $said->{out}, '', 'and prints nothing to add';
	my $queue = $site->server->queue_dir;
	my ($directory) = $said->{err} =~ /install -d .* (\S+)$/m;
	is $directory, "$queue/loket", 'it names a directory below the queue';
	my ($socket) = $said->{err} =~ /socket = "(.*)"$/m;
	is $socket, "unix:$queue/loket/milter.sock", 'and a socket there';

	$site->stop_loketd;
	make_path($directory);
	my $outside = $site->socket_file;
	begin_anew($socket);
	symlink "$queue/loket/milter.sock", $outside or die "$outside: $!";
	$site->start_loketd;
	postconf('-F', service('smtp') . '/chroot=y');
	$said = follow_setup();
	like $said, qr{^smtpd_milters = unix:loket/milter\.sock$}m,
		'the socket as it is called from within';
	is_answered(gets_number('Opgesloten'));
};

# What Postfix goes by, and whether our table of fields lies there.
sub settings {
	local @ENV{keys %environment} = values %environment;
	return [`postconf -c $etc -n`, `postconf -c $etc -P`,
		-e "$etc/loket_headers" ? 'a table' : 'no table'];
}

my %BEGINNING = (
	'a Postfix without milters' => sub { },
	'a Postfix with milters of its own' => sub {
		my $other = '{ inet:127.0.0.1:1, default_action=accept }';
		postconf('-e', "smtpd_milters = $other",
			'milter_default_action = accept',
			'smtp_header_checks = regexp:{ { /^X-Own:/ IGNORE } }');
		postconf('-P', service('submission') . '/smtpd_milters='
			. '{inet:127.0.0.1:1,default_action=accept}',
			service('relay') . '/smtpd_milters=');
	},
);

for my $name (sort keys %BEGINNING) {
	subtest "--apply and --undo: $name" => sub {
		begin_anew();
		$BEGINNING{$name}->();
		my $before = settings();
		my @options = ('--config-dir', $etc);
		my $said = setup($conf, @options, '--apply');
		is $said->{exit}, EX_OK, '--apply' or diag $said->{err};
		let_rest(glob "$etc/*.cf");
		$site->server->restart;
		is_answered(gets_number($name));
		my $applied = settings();
		unlike setup($conf, @options)->{out}, qr/^[^#\n]|postconf/m,
			'there is nothing left to add';
		is setup($conf, @options, '--apply')->{exit}, EX_OK, 'again';
		is_deeply settings(), $applied, 'nothing is there twice';

		is setup($conf, @options, '--undo')->{exit}, EX_OK, '--undo';
		is_deeply settings(), $before, 'all is as it was';
		is setup($conf, @options, '--undo')->{exit}, EX_OK, 'again';
		is_deeply settings(), $before, 'changes nothing';
	};
}

# Nobody answers where they are; Postfix is told to do without them.
subtest 'milters that are there stay as they are, before Loket' => sub {
	begin_anew();
	my $other = 'inet:127.0.0.1:1';
	postconf('-e', "smtpd_milters = $other",
		'milter_default_action = accept');
	postconf('-P', service('submission') . "/smtpd_milters=$other",
		service('relay') . '/smtpd_milters=');
	my $said = follow_setup();
	like $said, qr{^smtpd_milters = \Q$other\E, .*unix:}m, 'in this order';
	unlike $said, qr{^milter_}m, 'no default of theirs is changed';
	unlike $said, qr{\Q${\service('relay')}\E},
		'a service that is to have no milters gets none';
	is_answered(gets_number('Samen'));
	$site->stop_loketd;
	is question('Wacht')->{code}, 451, 'without loketd mail waits';
	$site->start_loketd;
	unlike setup($conf, '--config-dir', $etc)->{out}, qr/^[^#\n]|postconf/m,
		'done twice, nothing is there twice';
};

subtest 'a port is named as Postfix names it' => sub {
	my $port = IO::Socket::INET->new(Listen => 1,
		LocalAddr => '127.0.0.1')->sockport;
	my $log = $site->loketd_log;
	$site->stop_loketd;
	my $before = read_file($conf);
	begin_anew("inet:$port\@127.0.0.1");
	my $pid = spawn($log, $log, Loket::Site::built('loketd'), '-c', $conf);
	ok wait_for(ARRIVAL_S, sub {
		IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port");
	}), 'loketd listens';
	my $said = follow_setup();
	like $said, qr{^smtpd_milters = inet:127\.0\.0\.1:$port$}m, 'HOST:PORT';
	gets_number('Poort');
	ok end_process($pid, 'TERM', 30), 'loketd stops';
	write_file($conf, $before);
	$site->start_loketd;
};

# help@ is an alias for somebody elsewhere, so his copy is one that the desk
# got, with all that the desk sees.
subtest 'Loket-* stays inside when mail is forwarded onward' => sub {
	my $onward = Loket::Sink->start;
	my @forwarding = (
		'virtual_alias_maps = inline:'
			. '{ { help@acme.example = x@onward.example } }',
		'transport_maps = inline:{ { onward.example = smtp:[127.0.0.1]:'
			. $onward->port . ' } }');
	my $forwarded = sub ($subject) {
		is question($subject, 'help@acme.example')->{code}, 250,
			"$subject: taken";
		wait_for(ARRIVAL_S, sub {
			(grep { $_->{data} =~ /^Subject: .*\Q$subject\E/m }
				$onward->mails)[0]
		}) // { data => '' };
	};
	begin_anew();
	postconf('-e', @forwarding);
	my $said = setup($conf, '--config-dir', $etc)->{out};
	postconf('-e', $said =~ /^(smtpd_milters = .*)$/m);
	$site->server->restart;
	like $forwarded->('Open')->{data}, qr/^Loket-Ticket:/m,
		'with the milter alone they go along';

	begin_anew();
	postconf('-e', @forwarding, 'smtp_header_checks = regexp:{ '
		. '{ /^X-Own:/ IGNORE } }');
	follow_setup();
	my $data = $forwarded->('Dicht')->{data};
	like $data, qr/^Subject: \[ACME #\d{10}\] Dicht\r?$/m, 'with setup';
	unlike $data, qr/^Loket-/mi, 'they do not';
};

# A configuration that nothing runs by: what setup makes of it.
my %MILTERS = (
	'postscreen before a chrooted smtpd' => {
		master => [
			'smtp inet n - n - 1 postscreen',
			'smtpd pass - - y - - smtpd',
		],
		milters => 'unix:loket/milter.sock',
	},
	'no smtpd but one that is chrooted at an address' => {
		master => ['192.0.2.1:25 inet n - y - - smtpd -o x=y'],
		milters => 'unix:loket/milter.sock',
	},
	'a chroot left to a default from before 3.0' => {
		main => ['compatibility_level = 0'],
		master => ['smtp inet n - - - - smtpd'],
		milters => 'unix:loket/milter.sock',
	},
	'a chroot left to a newer default' => {
		master => ['smtp inet n - - - - smtpd'],
		milters => 'unix:/srv/queue/loket/milter.sock',
	},
	'a chrooted service of another kind' => {
		master => ['smtp inet n - n - - smtpd',
			'qmtp inet n - y - - smtpd-other'],
		milters => 'unix:/srv/queue/loket/milter.sock',
	},
	'a directory whose name only begins like the queue' => {
		socket => 'unix:/srv/queue2/milter.sock',
		master => ['smtp inet n - y - - smtpd'],
		milters => undef,
	},
	'a milter whose name only begins like ours' => {
		main => ['smtpd_milters = unix:loket/milter.sock2'],
		master => ['smtp inet n - y - - smtpd'],
		milters => 'unix:loket/milter.sock2, { unix:loket/milter.sock,'
			. ' protocol=6, default_action=tempfail }',
	},
	'ours by way of a parameter' => {
		main => ['smtpd_milters = $all', 'all = inet:127.0.0.1:8891, '
			. '{ unix:loket/milter.sock, default_action=accept }'],
		master => ['smtp inet n - y - - smtpd'],
		milters => 'already',
	},
	'a port on a host' => {
		socket => 'inet:8899@192.0.2.9',
		master => ['smtp inet n - y - - smtpd'],
		milters => 'inet:192.0.2.9:8899',
	},
	'a port on all addresses' => {
		socket => 'inet:8899',
		master => ['smtp inet n - y - - smtpd'],
		milters => 'inet:127.0.0.1:8899',
	},
	'a port of IPv6' => {
		socket => 'inet6:8899@::1',
		master => ['smtp inet n - y - - smtpd'],
		milters => 'inet:[::1]:8899',
	},
);

sub milters_for($case) {
	my $config_dir = "$dir/case";
	write_file("$config_dir/main.cf", map { "$_\n" }
		'compatibility_level = 3.6', 'queue_directory = /srv/queue',
		($case->{main} // [])->@*);
	write_file("$config_dir/master.cf",
		map { "$_\n" } $case->{master}->@*);
	my $socket = $case->{socket} // 'unix:/srv/queue/loket/milter.sock';
	write_file("$dir/case.conf", <<~"END");
		socket = "$socket"
		desk "support" { addresses = { "support\@acme.example" } }
		END
	my $said = setup("$dir/case.conf", '--config-dir', $config_dir);
	return undef if $said->{exit} == EX_CONFIG;
	return 'already' if $said->{out} =~ /^# smtpd_milters names Loket/m;
	return $said->{out} =~ /^smtpd_milters = (.*)$/m ? $1 : $said->{err};
}

for my $name (sort keys %MILTERS) {
	is milters_for($MILTERS{$name}), $MILTERS{$name}{milters}, $name;
}

subtest 'where there is no Postfix it says so' => sub {
	my $nowhere = setup($conf, '--config-dir', "$dir/nowhere");
	is $nowhere->{exit}, EX_UNAVAILABLE, 'no main.cf';
	is $nowhere->{out}, '', 'nothing to add';
	like $nowhere->{err}, qr{\Q$dir\E/nowhere}, 'the directory is named';

	local $environment{PATH} = '/nonexistent';
	my $without = setup($conf, '--config-dir', $etc);
	if (-x '/usr/sbin/postconf') {
		is $without->{exit}, EX_OK, 'root\'s PATH is not needed';
	} else {
		is $without->{exit}, EX_UNAVAILABLE, 'no postconf';
		is $without->{out}, '', 'nothing to add';
		like $without->{err}, qr/postconf/, 'what is missing is named';
	}
};

subtest 'what postconf cannot change is told' => sub {
	begin_anew();
	# where postconf writes the new file first
	mkdir my $in_the_way = "$etc/main.cf.tmp";
	my $said = setup($conf, '--config-dir', $etc, '--apply');
	rmdir $in_the_way;
	begin_anew();
	is $said->{exit}, EX_CANTCREAT, 'exit code';
	like $said->{err}, qr/cannot set smtp_header_checks/, 'and what';
	is setup($conf, '--apply', '--undo')->{exit}, EX_USAGE,
		'both at once are wrong usage';
};

subtest 'it needs no store and no secret' => sub {
	write_file("$dir/new.conf", <<~"END");
		store = "sqlite:$dir/nowhere/loket.db"
		secret = "$dir/nowhere/secret"
		socket = "inet:8899\@127.0.0.1"
		desk "support" { addresses = { "support\@acme.example" } }
		END
	is setup("$dir/new.conf", '--config-dir', $etc)->{exit}, EX_OK,
		'for it comes before them';
};

done_testing;
