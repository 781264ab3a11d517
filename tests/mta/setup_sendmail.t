#!/usr/bin/perl
#
# What loket setup sendmail says makes mail pass through loketd when it is done,
# by hand or with --apply, and --undo leaves nothing of it.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Loket::EachServer qw(Sendmail);
use File::Path qw(make_path);
use Test::More;

use Loket::Compose qw(compose);
use Loket::Site;

use constant AN => 'an@klant.example';
use constant DESK => 'support@acme.example';
use constant { EX_OK => 0, EX_USAGE => 64, EX_UNAVAILABLE => 69,
	EX_CANTCREAT => 73, EX_CONFIG => 78 };

# Who owns it, and may read it, must stay so.
use constant MODE => 0640;

my $site = Loket::Site->temporary;
$site->start;
my $etc = $site->server->config_dir;
my $mc = "$etc/sendmail.mc";

sub read_file($path) {
	open my $in, '<', $path or die "$path: $!\n";
	local $/;
	return scalar readline $in;
}

sub write_file($path, @text) {
	open my $out, '>', $path or die "$path: $!\n";
	print $out @text;
	close $out or die "$path: $!\n";
}

# A Sendmail that has never heard of Loket.
my $installed = read_file($mc) =~ s/^INPUT_MAIL_FILTER.*\n//mgr;
my $gid = getgrnam 'mail';

sub begin_anew($text = $installed) {
	write_file($mc, $text);
	chmod MODE, $mc;
	chown 0, $gid, $mc;
}

sub setup(@arguments) {
	return $site->loket(qw(setup sendmail --config-dir), $etc, @arguments);
}

sub rebuild {
	$site->server->make_cf('sendmail');
	$site->server->restart;
}

sub question($subject) {
	my $reply = $site->send(AN, [DESK], compose("Een vraag.\n",
		From => AN, To => DESK, Subject => $subject));
	return $reply->{code} unless $reply->{code} == 250;
	return $site->delivered('support', $reply)->get('Subject');
}

my $NUMBERED = qr/^\[ACME #\d{10}\] /;

subtest 'what is printed is what Sendmail needs' => sub {
	begin_anew();
	rebuild();
	is question('Zonder'), 'Zonder', 'before it, mail passes Loket by';
	my $said = setup();
	is $said->{exit}, EX_OK, 'setup' or diag $said->{err};
	is read_file($mc), $installed, 'nothing is changed';
	my ($lines) = $said->{out} =~ /^((?!#).*\n)/m;
	write_file($mc, $installed =~ s/^(?=MAILER\()/$lines/mr);
	rebuild();
	like question('Met'), $NUMBERED, 'the line alone does it';

	$site->stop_loketd;
	is question('Later'), 451, 'without loketd mail waits';
	$site->start_loketd;
	like setup()->{out}, qr/^# \S+ names Loket already$/,
		'done twice, nothing is there twice';
	setup('--apply');
	is read_file($mc) =~ s/^INPUT_MAIL_FILTER//mgr,
		read_file($mc) =~ s/^INPUT_MAIL_FILTER//mr,
		'nor with --apply';
};

subtest '--apply changes the file, and --undo changes it back' => sub {
	begin_anew();
	my $said = setup('--apply');
	is $said->{exit}, EX_OK, '--apply' or diag $said->{err};
	my ($mode, $owner, $group) = (stat $mc)[2, 4, 5];
	is_deeply [$mode & 07777, $owner, $group], [MODE, 0, $gid],
		'mode and owner stay';
	my $applied = read_file($mc);
	rebuild();
	like question('Toegepast'), $NUMBERED, 'mail gets its number';
	my $answer = compose("Zeker.\n", From => 'jan@acme.example',
		To => AN, Subject => 'Iets');
	is $site->submit('jan', [AN], $answer)->{code}, 250,
		'the submission service works';

	is setup('--apply')->{exit}, EX_OK, '--apply again';
	is read_file($mc), $applied, 'changes nothing';
	write_file($site->conf_file, read_file($site->conf_file)
		=~ s/^socket = .*/socket = "inet:8899"/mr);
	is setup('--apply')->{exit}, EX_OK, '--apply with another socket';
	my @named = read_file($mc) =~ /^INPUT_MAIL_FILTER\(`loket', (.*?),/mg;
	is_deeply \@named, ['`S=inet:8899@127.0.0.1'],
		'takes the place of the first';
	$site->write_conf;

	is setup('--undo')->{exit}, EX_OK, '--undo';
	is read_file($mc), $installed, 'leaves the file as it was';
	is setup('--undo')->{exit}, EX_OK, '--undo again is no error';
	rebuild();
	is question('Weg'), 'Weg', 'and mail passes Loket by';
};

subtest 'other milters come first' => sub {
	my $other = "INPUT_MAIL_FILTER(`other', `S=inet:1\@127.0.0.1')dnl\n";
	begin_anew($installed =~ s/^(?=MAILER\()/$other/mr);
	setup('--apply');
	$site->server->make_cf('sendmail');
	like read_file("$etc/sendmail.cf"),
		qr/^O InputMailFilters=other, ?loket$/m, 'in this order';

	my $own = 'DAEMON_OPTIONS(`Name=x, Port=2, I=other\')dnl';
	begin_anew($installed =~ s/^(?=MAILER\()/$own\n/mr);
	like setup()->{out}, qr/^#     \Q$own\E$/m,
		'a daemon that names its own is named';
};

subtest 'a file that cannot be changed is left alone' => sub {
	my %file = (
		'without a mailer' => $installed =~ s/^MAILER.*//msr,
		'with a mailer that m4 throws away' =>
			"divert(-1)\nMAILER(`local')\ndivert(0)dnl\n",
		'with half of what is ours' => "dnl Loket: begin\n$installed",
	);
	for my $name (sort keys %file) {
		begin_anew($file{$name});
		my $said = setup('--apply');
		is $said->{exit}, EX_CONFIG, $name;
		like $said->{err}, qr/\Q$mc\E/, "$name: it is named";
		is read_file($mc), $file{$name}, "$name: it is as it was";
	}
};

subtest 'a file that cannot be written is told' => sub {
	begin_anew();
	system('mount', '--bind', '-o', 'ro', $etc, $etc) == 0 or die 'mount';
	my $said = setup('--apply');
	system('umount', $etc) == 0 or die 'umount';
	is $said->{exit}, EX_CANTCREAT, 'exit code';
	like $said->{err}, qr/\Q$mc\E/, 'and which it is';
	is read_file($mc), $installed, 'it is as it was';
};

subtest 'what m4 throws away is no place for it' => sub {
	begin_anew("divert(-1)\nMAILER(`local')\n$installed");
	is setup('--apply')->{exit}, EX_OK, '--apply';
	rebuild();
	like question('Commentaar'), $NUMBERED, 'mail gets its number';
};

subtest 'a socket that Sendmail refuses is told' => sub {
	make_path(my $open = $site->dir . '/open');
	chmod 01777, $open;
	write_file($site->conf_file, read_file($site->conf_file)
		=~ s/^socket = .*/socket = "unix:$open\/milter.sock"/mr);
	my $said = setup();
	is $said->{exit}, EX_CONFIG, 'setup refuses';
	is $said->{out}, '', 'and prints nothing to add';
	like $said->{err}, qr/ to \Q$open\E\.$/m, 'the directory is named';
	my $line = "INPUT_MAIL_FILTER(`loket', `S=unix:$open/milter.sock')dnl";
	begin_anew($installed =~ s/^(?=MAILER\()/$line\n/mr);
	$site->server->make_cf('sendmail');
	my $session = $site->server->program . " -C $etc/sendmail.cf -bs";
	like qx($session </dev/null 2>&1),
		qr/milter.sock unsafe: World writable directory/,
		'and right it is';
	$site->write_conf;
};

subtest 'wrong usage and no Sendmail' => sub {
	is setup('--apply', '--undo')->{exit}, EX_USAGE, 'both at once';
	is setup('more')->{exit}, EX_USAGE, 'an argument too many';
	is $site->loket('setup', 'exim')->{exit}, EX_USAGE, 'another server';
	my $nowhere = $site->loket(qw(setup sendmail --config-dir),
		"$etc/nowhere");
	is $nowhere->{exit}, EX_UNAVAILABLE, 'no sendmail.mc';
	is $nowhere->{out}, '', 'nothing to add';
	like $nowhere->{err}, qr{\Q$etc/nowhere}, 'the directory is named';
};

done_testing;
