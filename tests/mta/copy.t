#!/usr/bin/perl
#
# What a customer writes to an agent himself lies in the desk's mailbox too,
# and counts once.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Loket::EachServer;
use Test::More;

use Loket::Compose qw(compose);
use Loket::Site;

use constant DESK => 'support@acme.example';
use constant AN => 'an@klant.example';
use constant JAN => 'jan@acme.example';

my $site = Loket::Site->temporary;
$site->start;

sub is_taken($reply, $name) {
	is $reply->{code}, 250, "$name: is taken" or diag $reply->{text};
	return $reply;
}

my $first = is_taken($site->send(AN, [DESK], compose("Hallo?\n", From => AN, To => DESK, Subject => 'Vraag',
	'Message-ID' => '<first@klant.example>')), 'the question');
my $number = $site->ticket_of($first)->{number};
is_taken($site->submit('jan', [AN], compose("Ja.\n", From => JAN, To => AN, Subject => 'Re: Vraag',
	'In-Reply-To' => '<first@klant.example>', 'Message-ID' => '<answer@acme.example>')), 'the answer');
my $reply = is_taken($site->send(AN, [JAN], compose("Dank.\n", From => AN, To => JAN, Subject => 'Re: Vraag',
	'In-Reply-To' => '<answer@acme.example>')), 'the reply');

for my $mailbox (qw(jan support)) {
	my $copy = $site->delivered($mailbox, $reply);
	is $copy->get('Loket-Ticket'), $number, "$mailbox has it with the number";
}
my $ticket = $site->ticket($number);
is_deeply [map { $_->{role} } $ticket->{messages}->@*], [qw(customer agent customer)], 'it counts once';
is scalar(() = grep { $_->{what} eq 'joined' } $ticket->{events}->@*), 1, 'one event';

my $other = is_taken($site->send(AN, [JAN], compose("Koffie?\n", From => AN, To => JAN, Subject => 'Koffie')),
	'mail without a thread');
$site->delivered('jan', $other);
is scalar(grep { $_->has_come_as($other->{queue_id}) } $site->mailbox('support')), 0, 'is not copied';

done_testing;
