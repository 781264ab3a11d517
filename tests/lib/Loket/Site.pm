package Loket::Site;

# A whole service desk on loopback: a private mail server and loketd, with the
# desk support@acme.example, two agents, and a Maildir for everybody.
#
#	my $site = Loket::Site->temporary;
#	$site->start;
#	my $reply = $site->send('an@klant.example',
#		['support@acme.example'], $mail);
#	my $ticket = $site->ticket($number);
#
# It ends with the process that started it, unless release() lets it live on.

use v5.36;
use Carp qw(croak);
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Path qw(make_path);
use File::Spec;
use File::Temp;
use IO::Socket::UNIX;
use IPC::Open2 qw(open2);
use JSON::PP qw(decode_json);

use Loket::Maildir;
use Loket::Postfix;
use Loket::Process qw(
	spawn run end_process is_running exit_code remember remembered);
use Loket::Sendmail;
use Loket::Smtp;
use Loket::Wait qw(wait_for);

use constant ROOT => abs_path(dirname(__FILE__) . '/../../..');
use constant LOGINS => { jan => 'loket-jan', els => 'loket-els' };
use constant CLIENT => '192.0.2.7';
use constant START_S => 20;
use constant STOP_S => 30;
use constant ARRIVAL_S => 20;
use constant SETTLE_S => 60;
use constant SOCKET_PATH_MAX => 108;

my @live;

# The mail server is the one that LOKET_SERVER names, by default Postfix.
#
# new(dir => DIR): options are those of its class, and `config`, text to
# stand behind the generated configuration, `desk`, text within the desk, `jan`
# and `els`, text within an agent.
sub new($class, %args) {
	my $self = bless { map({ $_ => '' } qw(config desk jan els)),
		%args }, $class;
	make_path($self->{dir});
	$self->{dir} = abs_path($self->{dir});
	length $self->socket_file < SOCKET_PATH_MAX
		or croak "$self->{dir} is too long a name for a socket in it";

	# Postfix's daemons run as another user.
	umask 022;
	chmod 0755, $self->{dir};
	$self->{server} = _server_class()->new(%args,
		dir => $self->{dir}, root => ROOT,
		milter => 'milter.sock', logins => LOGINS);
	return $self;
}

sub _server_class {
	return 'Loket::' . ($ENV{LOKET_SERVER} // 'Postfix');
}

# A site in a new directory below build/, which goes when it ends.
sub temporary($class, %args) {
	make_path(my $build = ROOT . '/build');
	my $dir = File::Temp->newdir('site-XXXXXX', DIR => $build,
		CLEANUP => !$ENV{LOKET_KEEP});
	return $class->new(%args, dir => "$dir", directory => $dir);
}

sub dir($self) { return $self->{dir} }
sub server($self) { return $self->{server} }
sub conf_file($self) { return "$self->{dir}/loket.conf" }
sub socket_file($self) { return "$self->{dir}/milter.sock" }
sub pid($self) { return $self->{pid} }
sub loketd_log($self) { return "$self->{dir}/loketd.log" }

# Where something lies that was built: loketd or loket.
sub built($name) {
	my $build = File::Spec->rel2abs($ENV{LOKET_BUILD} // 'build', ROOT);
	return "$build/$name";
}

sub start($self) {
	push @live, $self;
	$self->{owner} = $$;
	remember("$self->{dir}/owner.pid", $$);
	$self->write_conf;
	$self->start_loketd;
	$self->{server}->start;
}

# Returns loketd's exit code.
sub stop($self) {
	@live = grep { $_ != $self } @live;
	$self->{server}->stop;
	return $self->stop_loketd;
}

# Lets the site live on after this process; stop_running() ends it.
sub release($self) {
	@live = grep { $_ != $self } @live;
	$self->{server}->release;
	unlink "$self->{dir}/owner.pid";
}

# Ends the site that another process has started in the directory, running or
# released; true when there was one.
sub stop_running($class, $dir) {
	my $owner = remembered("$dir/owner.pid");
	end_process($owner, 'TERM', STOP_S)
		or croak "process $owner does not stop" if $owner;
	my $postfix = Loket::Postfix->stop_running(root => ROOT, dir => $dir);
	my $pid = remembered("$dir/loketd.pid");
	end_process($pid, 'TERM', STOP_S)
		or croak "loketd, process $pid, does not stop" if $pid;
	return $owner || $postfix || $pid;
}

# Option `file_size`, in bytes: no file may grow past it.
sub start_loketd($self, %limit) {
	my $log = $self->loketd_log;
	my @command = (built('loketd'), '-c', $self->conf_file);
	unshift @command, _limited($limit{file_size}) if $limit{file_size};
	$self->{pid} = spawn($log, $log, @command);
	remember("$self->{dir}/loketd.pid", $self->{pid});
	wait_for(START_S, sub {
		$self->accepts || !is_running($self->{pid});
	});
	return if $self->accepts;
	$self->stop_loketd;
	croak "loketd did not start:\n", _tail($log);
}

# Without SIGXFSZ a write past the limit fails like one to a full disk.
sub _limited($size_bytes) {
	my $blocks = int $size_bytes / 512;
	return ('/bin/sh', '-c',
		"trap '' XFSZ; ulimit -f $blocks; exec \"\$@\"", 'sh');
}

# Waits until it says that it works by the configuration file as it is now.
sub reload_loketd($self) {
	my $from = -s $self->loketd_log;
	kill 'USR1', $self->{pid};
	wait_for(START_S, sub {
		substr(_slurp($self->loketd_log), $from) =~ /: reloaded /;
	}) or croak "loketd did not reload:\n", _tail($self->loketd_log);
}

# Returns its exit code, 128 and more for a signal.
sub stop_loketd($self) {
	my $pid = delete $self->{pid} or return 0;
	end_process($pid, 'TERM', STOP_S) || end_process($pid, 'KILL', STOP_S);
	return exit_code();
}

# What a crash looks like: nothing is closed, the socket stays behind.
sub kill_loketd($self) {
	end_process(delete $self->{pid}, 'KILL', STOP_S);
}

# Another program that sits on the store and writes nothing, until the function
# is called that this returns.
sub lock_store($self) {
	my $pid = open2(my $out, my $in, 'sqlite3', "$self->{dir}/loket.db");
	print $in "BEGIN IMMEDIATE;\n.shell echo locked\n";
	readline($out) eq "locked\n" or croak 'the store cannot be locked';
	return sub { close $in; waitpid $pid, 0 };
}

sub accepts($self) { return _accepts($self->socket_file) }

sub _accepts($socket) { return defined IO::Socket::UNIX->new(Peer => $socket) }

# Mail from outside; see Loket::Smtp for the reply.
sub send($self, $from, $recipients, $mail, %options) {
	my $smtp = $self->session(%options);
	my $reply = $smtp->send($from, $recipients, $mail);
	$smtp->quit;
	return $reply;
}

# An agent's mail, from the outbox of his mail client.
sub submit($self, $login, $recipients, $mail, %options) {
	my $smtp = Loket::Smtp->new(
		port => $self->{server}->port('submission'),
		login => $login, password => LOGINS->{$login});
	my $from = $options{from} // "$login\@" . $self->{server}->domain;
	my $reply = $smtp->send($from, $recipients, $mail);
	$smtp->quit;
	return $reply;
}

# An SMTP session from outside.
sub session($self, %options) {
	my $client = delete $options{client} // CLIENT;
	my $server = $self->{server};
	return Loket::Smtp->new(port => $server->port('smtp'),
		$server->seen_from($client), %options);
}

# The mails that lie in the mailbox of one of our people or desks.
sub mailbox($self, $name) {
	return Loket::Maildir->mails(join '/', $self->{server}->mail_dir,
		$self->{server}->domain, $name);
}

# The mails that somebody outside has got.
sub outside($self, $address) {
	my $maildir = $self->{server}->mail_dir . '/outside';
	return grep { $_->get('Delivered-To') eq $address }
		Loket::Maildir->mails($maildir);
}

# The delivered copy of the mail that was answered so: the server's own Received
# names the queue id. Dies when it does not come.
sub delivered($self, $name, $reply) {
	return wait_for(ARRIVAL_S, sub {
		my ($copy) = grep { $_->has_come_as($reply->{queue_id}) }
			$self->mailbox($name);
		return $copy;
	}) || croak "$reply->{queue_id} was not delivered to $name";
}

# The same for somebody outside.
sub delivered_outside($self, $address, $reply) {
	return wait_for(ARRIVAL_S, sub {
		my ($copy) = grep { $_->has_come_as($reply->{queue_id}) }
			$self->outside($address);
		return $copy;
	}) || croak "$reply->{queue_id} was not delivered to $address";
}

# The acknowledgements that an address has got.
sub acks($self, $address) {
	return grep { ($_->get('Auto-Submitted') // '') =~ /^auto-replied/ }
		$self->outside($address);
}

# The ticket that was made of the mail that was answered so, or undef.
sub ticket_of($self, $reply) {
	my ($ticket) = grep { $_->{queue_id} eq $reply->{queue_id} }
		$self->tickets;
	return $ticket && $self->ticket($ticket->{number});
}

# Waits until everything that was to leave has left and arrived.
sub settle($self, $timeout_s = SETTLE_S) {
	wait_for($timeout_s, sub { $self->is_settled })
		or croak 'the outbox does not empty';
}

sub is_settled($self) {
	my @waiting = grep { $_->{state} eq 'waiting' }
		$self->loket_json('outbox')->@*;
	return !@waiting && $self->{server}->is_idle;
}

# Runs the command line program: a hash of `exit`, `out`, `err`.
sub loket($self, @arguments) {
	return _run(built('loket'), '-c', $self->conf_file, @arguments);
}

# The same with a clock that is so many seconds ahead.
sub loket_ahead($self, $ahead_s, @arguments) {
	local $ENV{NO_FAKE_STAT} = 1;
	return _run('faketime', '--exclude-monotonic', '-f', "+${ahead_s}s",
		built('loket'), '-c', $self->conf_file, @arguments);
}

sub _run(@command) {
	my ($out, $err) = map { File::Temp->new } 1 .. 2;
	my $exit = run("$out", "$err", @command);
	return { exit => $exit, out => _slurp("$out"), err => _slurp("$err") };
}

sub loket_json($self, @arguments) {
	my $result = $self->loket(@arguments, '--json');
	$result->{exit} == 0
		or croak "loket @arguments: exit $result->{exit}, ",
			$result->{err};
	return decode_json($result->{out});
}

sub tickets($self, @options) {
	return $self->loket_json('tickets', @options)->@*;
}

sub ticket($self, $number) { return $self->loket_json('show', $number) }

sub write_conf($self) { _write($self->conf_file, $self->_conf) }

sub _conf($self) {
	my $dir = $self->{dir};
	my $domain = $self->{server}->domain;
	my $relay = $self->{server}->port('relay');
	return <<~"END";
		socket = "unix:$dir/milter.sock"
		socket-mode = "0666"
		store = "sqlite:$dir/loket.db"
		relay = "smtp://127.0.0.1:$relay"
		secret = "$dir/secret"
		log = "stderr"
		postmaster = "postmaster\@$domain"
		authserv-id = { "mx.$domain" }
		ack-delay = "1 second"

		calendar "office" {
			timezone = "Europe/Amsterdam"
			hours = { "mon-fri 08:00-17:30" }
			holidays = { "nl" }
		}
		agent "jan\@$domain" {
			name = "Jan"
			login = { "jan" }
			$self->{jan}
		}
		agent "els\@$domain" {
			name = "Els"
			login = { "els" }
			$self->{els}
		}
		desk "support" {
			name = "Acme Klantenservice"
			tag = "ACME"
			addresses = { "support\@$domain",
				"help\@$domain" }
			agents = { "jan\@$domain", "els\@$domain" }
			language = "nl"
			calendar = "office"
			ack = "always"
			type "complaint" {
				subject = 'klacht|complaint'
				plan = "5 working days"
			}
			type "incident" {
				subject = 'storing|outage'
				resolution = "24 hours"
			}
			$self->{desk}
		}
		$self->{config}
		END
}

sub _tail($file) {
	my @lines = split /^/, -e $file ? _slurp($file) : '';
	return join '', @lines > 20 ? @lines[-20 .. -1] : @lines;
}

sub _slurp($file) {
	open my $in, '<', $file or croak "$file: $!";
	local $/;
	return scalar readline $in;
}

sub _write($file, $text) {
	open my $out, '>', $file or croak "$file: $!";
	print $out $text;
	close $out or croak "$file: $!";
}

# A signal ends a test like any other end, so that nothing stays running.
$SIG{$_} //= sub { exit 1 } for qw(INT TERM HUP PIPE);

# A loketd that does not end well, as under a sanitizer that found something,
# spoils the exit code.
END {
	my $exit = $?;
	my @ours = grep { $_->{owner} == $$ } @live;
	for my $site (@ours) {
		$site->stop == 0 and next;
		print STDERR "loketd ended badly:\n",
			_tail($site->loketd_log);
		$exit ||= 1;
	}
	$? = $exit;
}

1;
