#!/usr/bin/perl
#
# Past its limits loketd refuses or puts off, and says so: it takes no mail cut
# short, lets no field pass in its own name, and keeps no mail of others
# waiting.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Loket::Milter;
use Loket::Site;
use Loket::Wait qw(wait_for);

use constant DESK => 'support@acme.example';
use constant CUSTOMER => 'an@klant.example';

# Of one mail, with its header.
use constant MAIL_MAX => 256 << 20;
# The fields of a header that are read.
use constant FIELDS_READ => 1_000;
# The fields in our own name that one mail may have.
use constant OURS_MAX => 1_000;

# In a trusted network.
use constant RELAY => '198.51.100.25';

use constant LEAVING_S => 10;

my $site = Loket::Site->temporary(config => <<~'END');
	trusted-networks = { "198.51.100.0/24" }
	max-connections = 3
	END
$site->start;

sub milter(%options) {
	return Loket::Milter->new($site->socket_file, %options);
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

# The instances that were deleted, in order.
sub deleted($answer, $name) {
	return map { $_->[2] } grep { $_->[0] eq 'change'
		&& lc $_->[1] eq lc $name && $_->[3] eq '' }
		$answer->{edits}->@*;
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

subtest 'forged fields go, however far down they stand' => sub {
	my @filler = map { ("X-$_" => 1) } 1 .. FIELDS_READ;
	my $milter = milter();
	my $answer = sent($milter, 'Loket-Ticket' => 1, @filler,
		'Loket-Ticket' => 2, 'LOKET-Due' => 'x',
		'loket-ticket' => 3);
	is $answer->{code}, 250, 'the mail is taken';
	is_deeply [deleted($answer, 'Loket-Ticket')], [3, 2, 1],
		'the highest instance first';
	is_deeply [deleted($answer, 'Loket-Due')], [1], 'whatever the case';
	my ($first_add) = grep { $answer->{edits}[$_][0] eq 'add' }
		0 .. $answer->{edits}->$#*;
	ok !grep({ $_->[0] eq 'change' && $_->[1] =~ /^loket/i }
		@{ $answer->{edits} }[$first_add .. $answer->{edits}->$#*]),
		'before ours are added';
	$milter->quit;
};

subtest 'a relay of ours keeps them' => sub {
	my @filler = map { ("X-$_" => 1) } 1 .. FIELDS_READ;
	my $milter = milter(client => RELAY);
	my $answer = sent($milter, 'Loket-Ticket' => 1, @filler,
		'Loket-Ticket' => 2);
	is $answer->{code}, 250, 'the mail is taken';
	is_deeply [deleted($answer, 'Loket-Ticket')], [], 'nothing is deleted';
	$milter->quit;
};

subtest 'of forged fields there is a limit' => sub {
	my $milter = milter();
	my @forged = map { ("Loket-$_" => $_) } 1 .. OURS_MAX;
	my $answer = sent($milter, @forged);
	is $answer->{code}, 250, 'so many are taken';
	is scalar grep({ $_->[0] eq 'change' && $_->[1] =~ /^loket/i }
		$answer->{edits}->@*), OURS_MAX, 'and deleted';
	$answer = sent($milter, @forged, 'Loket-Ticket' => 1);
	is $answer->{code}, 550, 'one more is refused';
	like $answer->{text}, qr/^5\.6\.0 \w/, 'with the reason';
	$milter->quit;
};

subtest 'a full house keeps nobody else waiting' => sub {
	my @sitting = map { milter() } 1 .. 3;
	my $late = milter();
	my $answer = $late->begin('oma@familie.example',
		['kees@acme.example']);
	is $answer->{code}, 250, 'mail that is not ours passes';
	$answer = $late->begin(CUSTOMER, [DESK]);
	is $answer->{code}, 451, 'mail for the desk is put off';
	$answer = $late->begin('oma@familie.example', ['kees@acme.example']);
	is $answer->{code}, 250, 'and the session goes on';
	$_->quit for @sitting, $late;
};

subtest 'with room again, mail for the desk is taken' => sub {
	ok wait_for(LEAVING_S, sub {
		my $milter = milter();
		my $answer = $milter->begin(CUSTOMER, [DESK]);
		$milter->quit;
		return $answer->{code} == 250;
	}), 'as soon as somebody has left';
};

done_testing;
