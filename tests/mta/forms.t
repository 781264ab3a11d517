#!/usr/bin/perl
#
# A web form on the way through the mail server: the customer who filled it in
# is acknowledged and answered, a host that is no form's speaks for itself.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Loket::Compose qw(compose);
use Loket::Site;

use constant DESK => 'support@acme.example';
use constant WEB => '192.0.2.80';

my $site = Loket::Site->temporary(config => <<'END', desk => <<'DESK');
form-hosts = { "192.0.2.80" }
form-customer = { '^E-?mail: *(.*)' }
END
field "order" '^Bestelling: *(\d+)'
DESK
$site->start;

sub fill_in($text, %options) {
	my $mail = compose($text, From => 'Acme <wordpress@acme.example>', To => DESK,
		Subject => 'Contactformulier');
	return $site->send('www-data@web.acme.example', [DESK], $mail, client => WEB, %options);
}

subtest 'the customer of a form is acknowledged and answered' => sub {
	my $an = 'an@klant.example';
	my $reply = fill_in("E-mail: $an\nBestelling: 4711\n\nWaar blijft het?\n");
	is $reply->{code}, 250, 'taken';
	my $ticket = $site->ticket_of($reply);
	is $ticket->{customer}, $an, 'recorded';
	is_deeply $ticket->{fields}, { order => '4711' }, 'with the order';
	$site->settle;
	my ($ack, @more) = $site->acks($an);
	is scalar @more, 0, 'once';
	like $ack->get('Subject'), qr/\Q$ticket->{tag}\E/, 'acknowledged';
	is $ack->get('Return-Path'), '<>', 'from nobody';

	my $copy = $site->delivered('support', $reply);
	is $copy->get('Reply-To'), $an, 'whom a reply goes to';
	my $answer = compose("Morgen.\n", From => 'jan@acme.example', To => $an,
		Subject => 'Re: ' . $copy->get('Subject'), 'In-Reply-To' => $copy->get('Message-ID'));
	$site->submit('jan', [$an], $answer);
	ok $site->ticket($ticket->{number})->{targets}{'first-response'}{met}, 'answered';
	$site->settle;
	my $got = compose("Dank.\n", From => $an, To => DESK, Subject => 'Re: ' . $ticket->{tag});
	is $site->delivered('support', $site->send($an, [DESK], $got))->get('Loket-Ticket'),
		$ticket->{number}, 'and goes on by himself';
};

subtest 'a host that is no form\'s speaks for itself' => sub {
	my $eva = 'eva@klant.example';
	my $reply = fill_in("E-mail: $eva\n\nHoi\n", client => '192.0.2.81');
	is $site->ticket_of($reply)->{customer}, 'wordpress@acme.example', 'the sender';
	$site->settle;
	is scalar $site->acks($eva), 0, 'nobody else is acknowledged';
};

subtest 'what is typed brings no mail to another, nor a header' => sub {
	for my $typed ('geen adres', DESK, "rik\@klant.example\r\nBcc: ria\@klant.example",
			'rik@klant.example, ria@klant.example') {
		my $reply = fill_in("E-mail: $typed\n\nHoi\n");
		is $reply->{code}, 250, 'taken';
		$site->settle;
	}
	is scalar $site->acks('ria@klant.example'), 0, 'not to what stands beside';
	my ($ack, @more) = $site->acks('rik@klant.example');
	ok $ack && !@more, 'one, for the line that is an address';
	unlike $ack->{raw}, qr/ria@/, 'with nothing else of it';
};

done_testing;
