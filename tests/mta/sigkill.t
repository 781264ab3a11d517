#!/usr/bin/perl
#
# However often loketd is killed in the middle of a stream of mails, each mail
# that was answered with 250 is in the store exactly once with one number, was
# delivered once with that number, and is acknowledged with one mail.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Time::HiRes qw(sleep time);

use Loket::Compose qw(compose);
use Loket::Parallel qw(start_all results);
use Loket::Site;
use Loket::Wait qw(wait_for);

use constant DESK => 'support@acme.example';
use constant { CLIENTS => 8, MAILS_EACH => 25, KILLS => 6 };
use constant RETRY_S => 60;

# Long enough for whoever sends to meet it.
use constant DOWN_S => 0.3;

# So many notifications are on their way at once: COURIER_WORKERS.
use constant COURIERS => 4;

# What was being sent at a kill is reserved for a while, then sent again.
use constant OUTBOX_S => 240;

my $site = Loket::Site->temporary;
$site->start;

# A domain each, since acknowledgements to one are limited.
sub address($n) { return "klant$n\@bedrijf$n.example" }

# A mail server that has the mail tries until it is rid of it.
sub deliver($n) {
	my $mail = compose("Dit is mail $n.\n", From => address($n),
		To => DESK, Subject => "Mail $n",
		'Message-ID' => "<mail-$n\@bedrijf$n.example>");
	my $end = time + RETRY_S;
	my $tries = 0;
	while (time < $end) {
		$tries++;
		my $reply = eval { $site->send(address($n), [DESK], $mail) };
		return { n => $n, tries => $tries, %$reply }
			if $reply && $reply->{code} == 250;
		return { n => $n, tries => $tries, %$reply }
			if $reply && $reply->{code} =~ /^5/;
		sleep 0.1 + rand 0.2;
	}
	return { n => $n, tries => $tries, code => 0 };
}

sub client($first) {
	return sub { [map { deliver($_) } $first .. $first + MAILS_EACH - 1] };
}

# The kills come while mails are under way: each waits for more of them.
my $clients = start_all(map { client($_ * MAILS_EACH) } 0 .. CLIENTS - 1);
for my $kill (1 .. KILLS) {
	my $enough = $kill * CLIENTS * MAILS_EACH / (KILLS + 1);
	wait_for(RETRY_S, sub { $site->tickets >= $enough });
	$site->kill_loketd;
	ok -S $site->socket_file, "kill $kill leaves a socket behind";
	sleep DOWN_S;
	$site->start_loketd;
}
my @replies = map { @$_ } results($clients);
$site->settle(OUTBOX_S);

is scalar(grep { $_->{code} == 250 } @replies), CLIENTS * MAILS_EACH,
	'every sender got rid of its mail';
cmp_ok scalar(grep { $_->{tries} > 1 } @replies), '>', 0,
	'and some had to try again';

my (%numbers, %copies);
push $numbers{$_->{subject}}->@*, $_->{number} for $site->tickets;
push $copies{$_->get('Message-ID')}->@*, $_->get('Loket-Ticket')
	for $site->mailbox('support');

my (@not_once, @misdelivered, @misacknowledged);
my $copies_more = 0;
for my $n (map { $_->{n} } @replies) {
	my @numbers = ($numbers{"Mail $n"} // [])->@*;
	push @not_once, $n if @numbers != 1;
	my @copies = ($copies{"<mail-$n\@bedrijf$n.example>"} // [])->@*;
	push @misdelivered, $n if "@copies" ne "@numbers[0 .. 0]";
	my @acks = $site->acks(address($n));
	my %ids = map { $_->get('Message-ID') => 1 } @acks;
	push @misacknowledged, $n if keys %ids != 1
		|| grep { $_->subject !~ /#$numbers[0]\]/ } @acks;
	$copies_more += @acks - 1;
}
is scalar $site->tickets, CLIENTS * MAILS_EACH, 'as many tickets as mails';
is "@not_once", '', 'each mail is stored exactly once';
is "@misdelivered", '', 'each was delivered once, with the stored number';
is "@misacknowledged", '', 'each was acknowledged, with that number';

# The relay's answers can be lost with those who waited for them.
cmp_ok $copies_more, '<=', KILLS * COURIERS,
	'at most one copy more for each that was on its way at a kill';
diag "$copies_more copies more" if $copies_more;

done_testing;
