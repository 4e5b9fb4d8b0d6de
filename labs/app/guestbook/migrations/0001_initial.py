"""The one table of the guestbook."""

import guestbook.models
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80)),
                ('message', models.TextField(max_length=1000)),
                ('picture', models.ImageField(blank=True, height_field='picture_height', upload_to=guestbook.models.picture_name, width_field='picture_width')),
                ('picture_width', models.PositiveIntegerField(editable=False, null=True)),
                ('picture_height', models.PositiveIntegerField(editable=False, null=True)),
                ('signed_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name_plural': 'entries',
                'ordering': ('-pk',),
            },
        ),
    ]
