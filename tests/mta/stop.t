#!/usr/bin/perl
#
# Told to stop, loketd gives the mails that it was handed their answer, puts
# off what is ours of the rest, lets pass what is not, and is gone.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Loket::EachServer;
use Test::More;
use Time::HiRes qw(sleep time);

use Loket::Milter;
use Loket::Process qw(exit_code is_running);
use Loket::Site;
use Loket::Wait qw(wait_for);

use constant DESK => 'support@acme.example';
use constant CUSTOMER => 'an@klant.example';

# How long a mail waits for the store, and the longest that a stop takes.
use constant { STORE_S => 20, STOP_S => 26 };
use constant AT_ONCE_S => 3;

# libmilter itself takes a signal that comes earlier, and is slow about it.
use constant { STARTED_S => 0.5, LIBMILTER_S => 5 };

my $site = Loket::Site->temporary;
$site->start;

sub milter { return Loket::Milter->new($site->socket_file) }

# A mail of which everything was sent, on its way into the store.
sub at_its_end($subject) {
	my $milter = milter();
	$milter->begin(CUSTOMER, [DESK]);
	$milter->header(From => CUSTOMER);
	$milter->header(Subject => $subject);
	$milter->body("Hallo.\r\n");
	$milter->ask_end;
	sleep 0.5;
	return $milter;
}

sub ends_within($seconds) {
	my $start = time;
	ok wait_for($seconds, sub { !is_running($site->pid) }), 'it ends';
	is exit_code(), 0, 'with exit code 0';
	cmp_ok time - $start, '<', $seconds, 'in time';
}

sub subjects { return sort map { $_->{subject} } $site->tickets }

for my $signal (qw(TERM INT HUP)) {
	subtest "with nothing to do, SIG$signal ends it at once" => sub {
		my $idle = milter();
		sleep STARTED_S;
		kill $signal, $site->pid;
		ends_within(AT_ONCE_S);
		ok !-e $site->socket_file, 'its socket is gone';
		$site->start_loketd;
	};
}

subtest 'a mail at its end is taken when the store comes back' => sub {
	my $unlock = $site->lock_store;
	my $milter = at_its_end('Gehaald');
	my $between = milter();
	$between->begin(CUSTOMER, [DESK]);
	kill 'TERM', $site->pid;
	sleep 1;
	my $new = milter();
	is $new->begin(CUSTOMER, [DESK])->{code}, 451,
		'a new mail for the desk is put off';
	is $new->begin('oma@familie.example', ['kees@acme.example'])->{code},
		250, 'one that is not ours passes';
	sleep AT_ONCE_S;
	ok is_running($site->pid), 'it waits';
	$unlock->();
	is $milter->answer_to_end->{code}, 250, 'the mail is taken';
	ends_within(AT_ONCE_S);
	$site->start_loketd;
	is_deeply [subjects()], ['Gehaald'], 'and is in the store once';
};

subtest 'a mail at its end is put off when the store stays away' => sub {
	# a notification that was just sent has its own time to be noted
	$site->settle;
	my $unlock = $site->lock_store;
	my $milter = at_its_end('Niet gehaald');
	kill 'TERM', $site->pid;
	my $start = time;
	my $answer = $milter->answer_to_end;
	is $answer->{code}, 451, 'it comes again';
	cmp_ok time - $start, '>', STORE_S - 5, 'after all the time it has';
	ends_within(STOP_S - STORE_S);
	$unlock->();
	$site->start_loketd;
	is_deeply [subjects()], ['Gehaald'], 'and is not in the store';
};

subtest 'a stop while it reloads is not lost' => sub {
	kill 'USR1', $site->pid;
	kill 'TERM', $site->pid;
	ends_within(LIBMILTER_S + AT_ONCE_S);
	$site->start_loketd;
};

done_testing;
