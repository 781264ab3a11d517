#!/usr/bin/perl
#
# Past its limits loketd refuses, and says so: it takes no mail cut short.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Loket::Milter;
use Loket::Site;

use constant DESK => 'support@acme.example';
use constant CUSTOMER => 'an@klant.example';

# Of one mail, with its header.
use constant MAIL_MAX => 256 << 20;
# The fields in our own name that one mail may have.
use constant OURS_MAX => 1_000;

my $site = Loket::Site->temporary;
$site->start;

sub milter {
	return Loket::Milter->new($site->socket_file);
}

# A mail from the customer to the desk, its header given as pairs.
sub begun($milter, @fields) {
	my $answer = $milter->begin(CUSTOMER, [DESK]);
	is $answer->{code}, 250, 'it is begun';
	my $from = CUSTOMER;
	my @all = (From => $from, Subject => 'Vraag', @fields);
	while (my ($name, $value) = splice @all, 0, 2) {
		$milter->header($name, $value);
	}
}

sub sent($milter, @fields) {
	begun($milter, @fields);
	$milter->body("Hallo.\r\n");
	return $milter->end;
}

subtest 'a mail that is too long is refused' => sub {
	my $milter = milter();
	begun($milter);
	my $piece = 'x' x 65_534 . "\n";
	$milter->body($piece) for 0 .. MAIL_MAX / length $piece;
	my $answer = $milter->end;
	is $answer->{code}, 552, 'with its own code';
	like $answer->{text}, qr/^5\.3\.4 \w/, 'and the reason';
	is scalar $site->tickets, 0, 'nothing of it is kept';
	is sent($milter, 'Message-ID' => '<1@klant.example>')->{code}, 250,
		'the next mail of the session is taken';
	$milter->quit;
};

subtest 'of forged fields there is a limit' => sub {
	my $milter = milter();
	my @forged = map { ("Loket-$_" => $_) } 1 .. OURS_MAX;
	my $answer = sent($milter, @forged);
	is $answer->{code}, 250, 'so many are taken';
	$answer = sent($milter, @forged, 'Loket-Ticket' => 1);
	is $answer->{code}, 550, 'one more is refused';
	like $answer->{text}, qr/^5\.6\.0 \w/, 'with the reason';
	$milter->quit;
};

done_testing;
