#!/usr/bin/perl
#
# While the store cannot be written, mail for a desk and mail that names a
# ticket is put off with 451, everything else passes at once, and afterwards
# each mail is taken exactly once.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Loket::EachServer;
use Test::More;
use Time::HiRes qw(time);

use Loket::Compose qw(compose);
use Loket::Parallel qw(in_parallel);
use Loket::Site;

use constant DESK => 'support@acme.example';
use constant CUSTOMER => 'an@klant.example';

# A mail may wait for the store so long, and no longer, until its 451.
use constant PATIENCE_S => 30;
use constant AT_ONCE_S => 5;

# In bytes, for a few large mails before the disk is full.
use constant ROOM => 256 * 1024;

my $site = Loket::Site->temporary;
$site->start;

sub mail($from, $to, $subject) {
	return compose("Hallo.\n", From => $from, To => $to,
		Subject => $subject);
}

# Sends something and says what came of it and how long that took.
sub timed($send) {
	my $start = time;
	my $reply = $send->();
	return { %$reply, seconds => time - $start };
}

my $first = $site->send(CUSTOMER, [DESK], mail(CUSTOMER, DESK, 'Eerste'));
my $ticket = $site->ticket_of($first) or BAIL_OUT('no ticket was made');
my $tag = $ticket->{tag};

# Each case: what is sent, through which door, and what must come of it.
my @cases = (
	{ name => 'a new mail for the desk', code => 451, to => DESK,
		from => 'bart@klant.example', subject => 'Nieuw' },
	{ name => 'a follow-up', code => 451, to => DESK,
		from => CUSTOMER, subject => "Re: $tag Eerste" },
	{ name => 'mail from outside that names a ticket to an agent',
		code => 451, to => 'jan@acme.example',
		from => CUSTOMER, subject => "Re: $tag Eerste" },
	{ name => 'an agent\'s answer', code => 451, to => CUSTOMER,
		login => 'jan', subject => "Re: $tag Eerste" },
	{ name => 'an agent\'s own mail', code => 250,
		to => 'oma@familie.example', login => 'jan',
		subject => 'Verjaardag' },
	{ name => 'mail from outside to an agent', code => 250,
		to => 'jan@acme.example', from => 'oma@familie.example',
		subject => 'Verjaardag' },
	{ name => 'mail to a colleague', code => 250,
		to => 'kees@acme.example', from => 'oma@familie.example',
		subject => 'Verjaardag' },
);
$_->{mail} = mail($_->{from} // "$_->{login}\@acme.example", $_->{to},
	$_->{subject}) for @cases;

sub send_case($case) {
	my $to = [$case->{to}];
	return timed(sub {
		return $case->{login}
			? $site->submit($case->{login}, $to, $case->{mail})
			: $site->send($case->{from}, $to, $case->{mail});
	});
}

sub check_replies($replies) {
	for my $i (0 .. $#cases) {
		my ($case, $reply) = ($cases[$i], $replies->[$i]);
		is $reply->{code}, $case->{code}, $case->{name};
		my $limit_s = $case->{code} == 250 ? AT_ONCE_S : PATIENCE_S;
		cmp_ok $reply->{seconds}, '<', $limit_s, '... in time';
	}
}

subtest 'while another program holds the store' => sub {
	my $unlock = $site->lock_store;
	my @replies = in_parallel(map { my $case = $_;
		sub { send_case($case) } } @cases);
	check_replies(\@replies);
	$unlock->();
	is scalar $site->tickets, 1, 'nothing of it was kept';
};

subtest 'what was put off is taken when it comes again' => sub {
	my @again = grep { $_->{code} == 451 } @cases;
	is send_case($_)->{code}, 250, $_->{name} for @again;
	my @tickets = $site->tickets;
	is_deeply [sort map { $_->{subject} } @tickets],
		['Eerste', 'Nieuw'], 'each ticket is there once';
	my @roles = map { $_->{role} }
		$site->ticket($ticket->{number})->{messages}->@*;
	is scalar(grep { $_ eq 'customer' } @roles), 3,
		'the first mail and both follow-ups';
	is scalar(grep { $_ eq 'agent' } @roles), 1, 'the answer';
	$site->settle;
	is scalar $site->acks($_), 1, "one acknowledgement to $_"
		for CUSTOMER, 'bart@klant.example';
};

# The limit on the size of a file stands for a full disk: writing fails, and
# the signal that comes with it is ignored.
subtest 'while the disk is full' => sub {
	$site->stop_loketd;
	my ($largest) = sort { $b <=> $a } map { -s } glob $site->dir . '/*';
	$site->start_loketd(file_size => $largest + ROOM);
	my @stored;
	my $refused;
	for my $n (1 .. 50) {
		my $noise = join "\n", map { join '', map { chr 33 + rand 90 }
			1 .. 70 } 1 .. 500;
		my $big = compose($noise, To => DESK, Subject => "Groot $n",
			From => "groot$n\@klant$n.example");
		my $reply = $site->send("groot$n\@klant$n.example", [DESK],
			$big);
		push @stored, "Groot $n" if $reply->{code} == 250;
		$refused = $reply;
		last if $reply->{code} != 250;
	}
	is $refused->{code}, 451, 'mail for the desk is put off';
	my $reply = $site->send('oma@familie.example', ['kees@acme.example'],
		mail('oma@familie.example', 'kees@acme.example', 'Hallo'));
	is $reply->{code}, 250, 'other mail passes';

	$site->stop_loketd;
	$site->start_loketd;
	my %subjects = map { $_->{subject} => 1 } $site->tickets;
	ok @stored && !grep({ !$subjects{$_} } @stored),
		'what was answered with 250 is there';
	$reply = $site->send(CUSTOMER, [DESK],
		mail(CUSTOMER, DESK, 'Weer ruimte'));
	is $reply->{code}, 250, 'with room again, mail is taken';
};

done_testing;
